#pragma once
// Brings the examples of a batch into the slab.

/// Elements a thread loads before it stores any, so that it waits for memory once and not for each.
enum { GATHER_LOADS = 4 };

/// The block of (row, item) copies one example, an unbroken run of steps * features floats, to row `row` of each step.
KERNEL(128) gather(apus_cuda_gather_t p) {
    const apus_cuda_control_t &step = control(p.space);
    if (step.rows == 0) return;  // the items of a model that has never had a batch are not there
    const apus_cuda_gather_item_t &item = p.items[blockIdx.z * gridDim.y + blockIdx.y];
    int row = (int)blockIdx.x, features = item.features, count = item.steps * features, active = blockIdx.x < step.rows;
    const float *from = active && item.source ? item.source + p.indices[step.first_index + blockIdx.x] * item.source_stride : 0;
    float *to = slab(p.space) + item.to + (long long)row * item.to_stride;
    long long next_step = (long long)p.rows * item.to_stride;

    for (int first = (int)threadIdx.x; first < count; first += GATHER_LOADS * (int)blockDim.x) {
        float loaded[GATHER_LOADS];
#pragma unroll
        for (int i = 0; i < GATHER_LOADS; i++) {
            int element = first + i * (int)blockDim.x;
            loaded[i] = from && element < count ? from[element] : active ? 1.0f : 0.0f;
        }
#pragma unroll
        for (int i = 0; i < GATHER_LOADS; i++) {
            int element = first + i * (int)blockDim.x;
            if (element < count) to[element / features * next_step + element % features] = loaded[i];
        }
    }
}
