#include "Case.h"

/// Builds instructions on matrices of `matrix_rows` rows, of which each writes a matrix of its own.
struct Instructions {
    Case test{3};
    int matrix_rows, steps;
    std::vector<apus_cuda_instruction_t> list;

    Instructions(int steps, int rows) : matrix_rows(steps * rows), steps(steps) {}

    long long matrix(int width, Fill fill) { return test.arena.matrix(matrix_rows, width, apus_cuda_padded(width), fill); }

    apus_cuda_instruction_t &add(int kind, int features) {
        apus_cuda_instruction_t i = {};
        i.kind = kind, i.features = features;
        i.x = i.y = i.dx = i.dy = i.w = i.b = i.r = i.dr = i.normalized = i.scale = i.targets = i.weights = i.key = i.result = -1;
        i.factor = 1.25f, i.threshold = 1u << 30, i.positive = 2, i.epsilon = 1e-5f;
        list.push_back(i);
        return list.back();
    }

    /// y of x.
    apus_cuda_instruction_t &forward(int kind, int features) {
        apus_cuda_instruction_t &i = add(kind, features);
        i.x = matrix(features, Fill::INPUT);
        i.y = matrix(features, Fill::OUTPUT);
        return i;
    }

    /// dx of dy, from x or y.
    apus_cuda_instruction_t &backward(int kind, int features, bool accumulates) {
        apus_cuda_instruction_t &i = add(kind, features);
        i.x = matrix(features, Fill::INPUT);
        i.y = matrix(features, Fill::SHARES);
        i.dy = matrix(features, Fill::INPUT);
        i.dx = matrix(features, accumulates ? Fill::INPUT : Fill::OUTPUT);
        i.accumulates = accumulates;
        return i;
    }

    void dense(int features, int units) {
        apus_cuda_instruction_t i = add(APUS_CUDA_DENSE, features);
        i.units = units, i.activation = APUS_CUDA_RELU;
        i.x = matrix(features, Fill::INPUT);
        i.w = test.arena.packed(static_cast<long long>(features) * units, Fill::INPUT);
        i.b = test.arena.packed(units, Fill::INPUT);
        i.y = matrix(units, Fill::OUTPUT);
        list.back() = i;
        i.kind = APUS_CUDA_DENSE_GRADIENT;
        i.dy = matrix(units, Fill::INPUT);
        i.dx = matrix(features, Fill::OUTPUT);
        list.push_back(i);
    }

    void layer_norm(int features, bool residual) {
        apus_cuda_instruction_t i = forward(APUS_CUDA_LAYER_NORM, features);
        i.r = residual ? matrix(features, Fill::INPUT) : -1;
        i.w = test.arena.packed(features, Fill::INPUT);
        i.b = test.arena.packed(features, Fill::INPUT);
        i.normalized = matrix(features, Fill::OUTPUT);
        i.scale = test.arena.packed(matrix_rows, Fill::OUTPUT);
        list.back() = i;
        i.kind = APUS_CUDA_LAYER_NORM_GRADIENT;
        i.dy = matrix(features, Fill::INPUT);
        i.dx = matrix(features, Fill::OUTPUT);
        i.dr = residual ? matrix(features, Fill::INPUT) : -1;
        i.accumulates = 2;
        list.push_back(i);
    }

    /// `result` counts floats and is even where a loss lies, which is a double a row.
    void loss(int kind, int features, long long result) {
        apus_cuda_instruction_t &i = add(kind, features);
        i.x = matrix(features, Fill::INPUT);
        i.y = matrix(features, kind == APUS_CUDA_SQUARED_ERROR ? Fill::INPUT : Fill::OUTPUT);
        i.dx = matrix(features, kind == APUS_CUDA_SQUARED_ERROR ? Fill::SCRATCH : Fill::OUTPUT);
        i.dy = matrix(features, kind == APUS_CUDA_SQUARED_ERROR ? Fill::OUTPUT : Fill::SCRATCH);
        i.targets = test.arena.packed(static_cast<long long>(matrix_rows) * features, Fill::SHARES);
        i.weights = test.arena.packed(matrix_rows, Fill::SHARES);
        i.trains = 1, i.result = result;
    }

    void run(long long results_of_step) {
        auto instructions = exactly<apus_cuda_instruction_t>(list.size());
        std::copy(list.begin(), list.end(), instructions.get());
        auto results = exactly<float>(static_cast<size_t>(Arena::MODELS * Case::STEPS * results_of_step));
        apus_cuda_rows_t p = {test.space, instructions.get(), static_cast<int>(list.size()), matrix_rows / steps, results.get(), results_of_step,
                              Case::STEPS * results_of_step};
        test.run("rows", static_cast<unsigned>(matrix_rows), 1, 128, p);
        test.arena.check("rows");
    }
};

static void hidden(int features) {
    Instructions of(3, 5);
    for (int units : {1, 8, 150}) of.dense(features, units);
    apus_cuda_instruction_t &gradient = of.add(APUS_CUDA_ACTIVATION_GRADIENT, features);
    gradient.y = of.matrix(features, Fill::SHARES);
    gradient.dy = of.matrix(features, Fill::INPUT);
    gradient.activation = APUS_CUDA_TANH;
    for (int kind : {APUS_CUDA_GELU, APUS_CUDA_LOGISTIC, APUS_CUDA_SOFTMAX}) of.forward(kind, features);
    long long key = of.test.arena.packed(2, Fill::INPUT);
    of.forward(APUS_CUDA_DROPOUT, features).key = key;
    of.forward(APUS_CUDA_ADD_TABLE, features).w = of.test.arena.matrix(of.steps, features, apus_cuda_padded(features), Fill::INPUT);
    for (bool accumulates : {false, true}) {
        for (int kind : {APUS_CUDA_GELU_GRADIENT, APUS_CUDA_LOGISTIC_GRADIENT, APUS_CUDA_SOFTMAX_GRADIENT}) of.backward(kind, features, accumulates);
        of.backward(APUS_CUDA_DROPOUT_GRADIENT, features, accumulates).key = key;
        of.backward(APUS_CUDA_PASS, features, accumulates);
    }
    of.layer_norm(features, false);
    of.layer_norm(features, true);
    of.run(2);
}

static void heads(int features) {
    enum { ROWS = 5 };
    Instructions of(1, ROWS);
    of.loss(APUS_CUDA_CROSS_ENTROPY, features, 0);
    of.loss(APUS_CUDA_BINARY_CROSS_ENTROPY, features, 2 * ROWS);
    of.loss(APUS_CUDA_SQUARED_ERROR, features, 4 * ROWS);
    apus_cuda_instruction_t &output = of.add(APUS_CUDA_OUTPUT, features);
    output.x = of.matrix(features, Fill::INPUT);
    output.result = 6 * ROWS;
    // Enough instructions that they come to the chip in two parts, the second one with a single instruction.
    while (of.list.size() < 33) of.forward(APUS_CUDA_GELU, features);
    of.run(6 * ROWS + ROWS * features + (ROWS * features) % 2);
}

void rows() {
    for (int features : {1, 13, 16, 129}) hidden(features);
    for (int features : {1, 4, 17}) heads(features);
}
