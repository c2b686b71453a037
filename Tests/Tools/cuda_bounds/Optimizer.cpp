#include "Case.h"

/// One model may have failed or rest: its parameters stay as they are.
static void update(int count, int clipping, bool failed, bool rests) {
    Case test;
    apus_cuda_adam_t p = {};
    p.space = test.space;
    p.values = test.arena.packed(count, Fill::INPUT);
    p.gradients = test.arena.packed(count, Fill::INPUT);
    p.m = test.arena.packed(count, Fill::INPUT);
    p.v = test.arena.packed(count, Fill::SHARES);
    p.squares = test.arena.matrix(1, 2 * APUS_CUDA_SQUARES_BLOCKS, 2 * APUS_CUDA_SQUARES_BLOCKS, Fill::SCRATCH);
    p.count = count, p.clipping = clipping, p.maximum = 0.5f;
    float before = test.arena.at(1, p.values + count - 1);
    if (failed) test.status[1].failed = 1;
    if (rests) test.control(1).rows = 0;
    if (clipping == APUS_CUDA_CLIP_NORM) test.run("sum_squares", APUS_CUDA_SQUARES_BLOCKS, 1, 256, p);
    test.run("adam", ceiling(count, 256), 1, 256, p);
    test.run("advance", 1, 1, 1, p);
    test.arena.check("adam");
    if ((test.arena.at(1, p.values + count - 1) == before) != (failed || rests)) throw std::runtime_error("adam: the last parameter");
    for (int model = 0; model < Arena::MODELS; model++)
        if (test.status[model].position != Case::POSITION + 1) throw std::runtime_error("advance: the position");
}

void optimizer() {
    for (int count : {1, 255, 257, 20000})
        for (int clipping : {APUS_CUDA_UNCLIPPED, APUS_CUDA_CLIP_NORM, APUS_CUDA_CLIP_VALUE}) update(count, clipping, count == 257, count == 255);
}
