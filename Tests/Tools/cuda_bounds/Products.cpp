#include "Case.h"

/// `gemm`, or `gemm_32` with tiles of half as many rows.
static void product(const char *name, int tile_rows, int m, int n, int k, bool transposed_b, bool bias, bool accumulates, int activation) {
    Case test;
    int lda = apus_cuda_padded(k), ldc = apus_cuda_padded(n);
    apus_cuda_gemm_t p = {};
    p.space = test.space;
    p.a = test.arena.matrix(m, k, lda, Fill::INPUT);
    p.b = test.arena.packed(k * n, Fill::INPUT);
    p.c = test.arena.matrix(m, n, ldc, accumulates ? Fill::INPUT : Fill::OUTPUT);
    p.bias = bias ? test.arena.packed(n, Fill::INPUT) : -1;
    p.m = m, p.n = n, p.k = k, p.lda = lda, p.ldb = transposed_b ? k : n, p.ldc = ldc;
    p.transposed_b = transposed_b, p.accumulates = accumulates, p.activation = activation;
    test.run(name, ceiling(n, APUS_CUDA_GEMM_TILE), ceiling(m, tile_rows), APUS_CUDA_GEMM_THREADS, p);
    test.arena.check(name);
}

/// A product in three parts, a product of elements and a sum, whose gradients lie in the flat gradient at any place.
static void weight_gradients(int rows, int m, int n, bool fails) {
    Case test;
    enum { ITEMS = 3 };
    auto items = exactly<apus_cuda_weight_gradient_t>(ITEMS);
    int blocks = 0, sum_blocks = 0, lda = apus_cuda_padded(m), ldb = apus_cuda_padded(n);
    for (int number = 0; number < ITEMS; number++) {
        apus_cuda_weight_gradient_t &item = items[number];
        bool is_product = number == APUS_CUDA_PRODUCT, reads_a = number != APUS_CUDA_SUM;
        item.kind = number, item.rows = rows, item.m = is_product ? m : 1, item.n = n, item.lda = is_product ? lda : ldb, item.ldb = ldb;
        item.a = reads_a ? test.arena.matrix(rows, is_product ? m : n, item.lda, Fill::INPUT) : -1;
        item.b = test.arena.matrix(rows, n, ldb, Fill::INPUT);
        item.splits = 3, item.split_rows = (rows + 2) / 3;
        item.partials = test.arena.packed(static_cast<long long>(item.splits) * item.m * n, fails ? Fill::SCRATCH : Fill::OUTPUT);
        item.ld = is_product ? n + 3 : n;  // a product gives some columns of a wider parameter
        item.gradient = test.arena.matrix(item.m, n, item.ld, fails ? Fill::SCRATCH : Fill::OUTPUT);
        item.tiles_n = static_cast<int>(ceiling(n, APUS_CUDA_GEMM_TILE));
        item.first_block = blocks, item.first_sum_block = sum_blocks;
        blocks += item.splits * static_cast<int>(ceiling(item.m, APUS_CUDA_GEMM_TILE)) * item.tiles_n;
        sum_blocks += static_cast<int>(ceiling(item.m * n, APUS_CUDA_SUM_ELEMENTS));
    }
    if (fails) test.arena.at(1, items[2].b) = NAN;
    apus_cuda_weight_gradients_t p = {test.space, items.get(), ITEMS};
    for (int step = 0; step < 2; step++) {
        test.run("weight_gradients", static_cast<unsigned>(blocks), 1, APUS_CUDA_GEMM_THREADS, p);
        test.run("sum_gradients", static_cast<unsigned>(sum_blocks), 1, APUS_CUDA_SUM_ELEMENTS, p);
    }
    if (test.status[0].failed != 0 || test.status[1].failed != (fails ? Case::POSITION + 1 : 0)) throw std::runtime_error("sum_gradients: a failure");
    if (!fails) test.arena.check("sum_gradients");
}

static void both(int m, int n, int k, bool transposed_b, bool bias, bool accumulates, int activation) {
    product("gemm", APUS_CUDA_GEMM_TILE, m, n, k, transposed_b, bias, accumulates, activation);
    product("gemm_32", APUS_CUDA_GEMM_TILE / 2, m, n, k, transposed_b, bias, accumulates, activation);
}

void products() {
    for (int transposed = 0; transposed < 2; transposed++) {
        both(1, 1, 1, transposed, false, false, APUS_CUDA_LINEAR);
        both(30, 52, 13, transposed, true, false, APUS_CUDA_RELU);
        both(65, 67, 33, transposed, true, false, APUS_CUDA_TANH);
        both(64, 128, 64, transposed, false, true, APUS_CUDA_LINEAR);
        both(3, 5, 200, transposed, false, true, APUS_CUDA_LINEAR);
    }
    weight_gradients(1, 1, 1, false);
    weight_gradients(70, 13, 52, false);
    weight_gradients(33, 65, 130, false);
    weight_gradients(20, 4, 8, true);
}
