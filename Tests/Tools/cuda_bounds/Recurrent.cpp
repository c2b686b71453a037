#include "Case.h"

/// The kernels for so many units: the ending of their names, threads, and whether a block works for several rows.
struct Kind {
    const char *ending;
    unsigned threads;
    bool general;
};

struct Shape {
    int steps, rows, units, saves, last_step_only;
};

static unsigned blocks(const Kind &kind, const Shape &s) {
    return kind.general ? ceiling(s.rows, APUS_CUDA_RECURRENT_ROWS) : static_cast<unsigned>(s.rows);
}

static size_t shared(const Kind &kind, size_t bytes) { return kind.threads == 512 ? bytes : 0; }

/// A state (T, rows, padded units).
static long long states(Case &test, const Shape &s, int steps, Fill fill) {
    return test.arena.matrix(static_cast<long long>(steps) * s.rows, s.units, apus_cuda_padded(s.units), fill);
}

static void lstm(const Kind &kind, const Shape &s) {
    Case test;
    apus_cuda_lstm_forward_t p = {};
    p.space = test.space, p.steps = s.steps, p.rows = s.rows, p.units = s.units, p.saves = s.saves;
    p.gate_stride = apus_cuda_padded(4 * s.units);
    p.gates = test.arena.matrix(static_cast<long long>(s.steps) * s.rows, 4 * s.units, p.gate_stride, Fill::INPUT);
    p.recurrent = test.arena.packed(4LL * s.units * s.units, Fill::INPUT);
    p.h = states(test, s, s.steps, Fill::OUTPUT);
    p.c = states(test, s, s.saves ? s.steps : 1, s.saves ? Fill::OUTPUT : Fill::SCRATCH);
    p.tanh_c = s.saves ? states(test, s, s.steps, Fill::OUTPUT) : -1;
    std::string name = std::string("lstm_forward") + kind.ending;
    test.run(name.c_str(), blocks(kind, s), 1, kind.threads, p, shared(kind, APUS_CUDA_LSTM_128_BYTES));
    test.arena.check(name);
    if (!s.saves) return;

    apus_cuda_lstm_backward_t q = {};
    q.space = test.space, q.steps = s.steps, q.rows = s.rows, q.units = s.units;
    q.gates = p.gates, q.c = p.c, q.tanh_c = p.tanh_c, q.gate_stride = p.gate_stride, q.recurrent = p.recurrent;
    q.last_step_only = s.last_step_only;
    q.dy = states(test, s, s.last_step_only ? 1 : s.steps, Fill::INPUT);
    q.scratch = kind.general ? states(test, s, 2, Fill::SCRATCH) : -1;
    name = std::string("lstm_backward") + kind.ending;
    test.run(name.c_str(), blocks(kind, s), 1, kind.threads, q, shared(kind, APUS_CUDA_LSTM_128_BYTES));
    test.arena.check(name);
}

static void gru(const Kind &kind, const Shape &s) {
    Case test;
    apus_cuda_gru_forward_t p = {};
    p.space = test.space, p.steps = s.steps, p.rows = s.rows, p.units = s.units, p.saves = s.saves;
    p.gate_stride = apus_cuda_padded(4 * s.units);
    p.gates = test.arena.matrix(static_cast<long long>(s.steps) * s.rows, 4 * s.units, p.gate_stride, Fill::INPUT);
    p.recurrent = test.arena.packed(3LL * s.units * s.units, Fill::INPUT);
    p.recurrent_bias = test.arena.packed(3 * s.units, Fill::INPUT);
    p.h = states(test, s, s.steps, Fill::OUTPUT);
    std::string name = std::string("gru_forward") + kind.ending;
    test.run(name.c_str(), blocks(kind, s), 1, kind.threads, p, shared(kind, APUS_CUDA_GRU_128_BYTES));
    test.arena.check(name);
    if (!s.saves) return;

    apus_cuda_gru_backward_t q = {};
    q.space = test.space, q.steps = s.steps, q.rows = s.rows, q.units = s.units;
    q.gates = p.gates, q.h = p.h, q.gate_stride = p.gate_stride, q.recurrent = p.recurrent;
    q.last_step_only = s.last_step_only;
    q.dy = states(test, s, s.last_step_only ? 1 : s.steps, Fill::INPUT);
    q.scratch = kind.general ? states(test, s, 2, Fill::SCRATCH) : -1;
    name = std::string("gru_backward") + kind.ending;
    test.run(name.c_str(), blocks(kind, s), 1, kind.threads, q, shared(kind, APUS_CUDA_GRU_128_BYTES));
    test.arena.check(name);
}

static void both(const Kind &kind, const Shape &s) {
    lstm(kind, s);
    gru(kind, s);
}

/// Layers that fill a kernel, that hardly need it, and of an odd number of units; one step, and several.
static void all_shapes(const Kind &kind, std::initializer_list<int> units) {
    for (int n : units) {
        both(kind, {1, 1, n, 1, 0});
        both(kind, {3, 5, n, 1, 1});
        both(kind, {3, 2, n, 1, 0});
        both(kind, {3, 2, n, 0, 0});
    }
}

void recurrent() {
    all_shapes({"_16", 64, false}, {1, 13, 16});
    all_shapes({"_32", 128, false}, {17, 32});
    all_shapes({"_64", 256, false}, {33, 50, 64});
    all_shapes({"_128", 512, false}, {65, 99, 128});
    all_shapes({"", 256, true}, {2, 67, 150});
}
