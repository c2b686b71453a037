#include "Case.h"

static void attention(int steps, int rows, int heads, int size, bool drops, bool trains) {
    Case test;
    int width = heads * size, padded = apus_cuda_padded(width), wide = apus_cuda_padded(3 * width);
    long long matrix_rows = static_cast<long long>(steps) * rows, square_rows = static_cast<long long>(rows) * heads * steps;
    apus_cuda_attention_t p = {};
    p.space = test.space, p.steps = steps, p.rows = rows, p.heads = heads, p.size = size, p.scale = 0.5f;
    p.qkv = test.arena.matrix(matrix_rows, 3 * width, wide, Fill::INPUT);
    p.output = test.arena.matrix(matrix_rows, width, padded, Fill::OUTPUT);
    p.probabilities = trains ? test.arena.matrix(square_rows, steps, apus_cuda_padded(steps), Fill::OUTPUT) : -1;
    p.key = drops ? test.arena.packed(2, Fill::INPUT) : -1;
    p.threshold = 1u << 30, p.factor = 1.25f;
    unsigned tiles = ceiling(steps, 8), heads_of_rows = static_cast<unsigned>(rows * heads);
    size_t shared = 8 * sizeof(float) * static_cast<size_t>(steps);
    test.run("attention_forward", tiles, heads_of_rows, 256, p, shared);
    test.arena.check("attention_forward");
    if (!trains) return;

    p.doutput = test.arena.matrix(matrix_rows, width, padded, Fill::INPUT);
    p.dqkv = test.arena.matrix(matrix_rows, 3 * width, wide, Fill::OUTPUT);
    p.scores = test.arena.matrix(square_rows, steps, apus_cuda_padded(steps), Fill::OUTPUT);
    test.run("attention_backward_queries", tiles, heads_of_rows, 256, p, shared);
    test.run("attention_backward_keys", tiles, heads_of_rows, 256, p, shared);
    test.arena.check("attention_backward");
}

static apus_cuda_step_mean_t mean(Case &test, int steps, int rows, int features, bool accumulates) {
    int padded = apus_cuda_padded(features);
    apus_cuda_step_mean_t p = {};
    p.space = test.space, p.steps = steps, p.rows = rows, p.features = features, p.accumulates = accumulates;
    p.x = test.arena.matrix(static_cast<long long>(steps) * rows, features, padded, Fill::INPUT);
    p.y = test.arena.matrix(rows, features, padded, Fill::OUTPUT);
    p.dy = test.arena.matrix(rows, features, padded, Fill::INPUT);
    p.dx = test.arena.matrix(static_cast<long long>(steps) * rows, features, padded, accumulates ? Fill::INPUT : Fill::OUTPUT);
    return p;
}

void sequences() {
    attention(1, 1, 1, 1, false, true);
    attention(5, 2, 3, 5, true, true);
    attention(33, 2, 2, 40, true, true);
    attention(64, 1, 4, 32, false, true);
    attention(9, 2, 1, 16, false, false);
    for (int features : {1, 13, 150}) {
        for (bool accumulates : {false, true}) {
            Case test;
            apus_cuda_step_mean_t p = mean(test, 7, 3, features, accumulates);
            test.run("step_mean", 3, 1, 128, p);
            test.run("step_mean_gradient", 3, 1, 128, p);
            test.arena.check("step_mean");
        }
    }
}

void mistake() {
    Case test;
    apus_cuda_step_mean_t p = mean(test, 2, 2, 13, false);
    p.features++;
    test.run("step_mean", 2, 1, 128, p);
}
