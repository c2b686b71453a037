#include "CApusCUDA.h"
#include "KernelsDigest.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char program[] = {
#embed "Kernels.ptx"
    , 0};

const char *apus_cuda_program(size_t *count) {
    *count = sizeof program - 1;
    return program;
}
