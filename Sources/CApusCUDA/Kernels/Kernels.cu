// All kernels of the CUDA backend, in one program.
#include "Prelude.cuh"
#include "Math.cuh"
#include "Philox.cuh"
// Kernels follow, a file for each family.
#include "Gather.cuh"
#include "Tiles.cuh"
#include "Gemm.cuh"
#include "WeightGradients.cuh"
#include "Optimizer.cuh"
#include "Rows.cuh"
