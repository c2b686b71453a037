#pragma once
// Gradients of parameters: sums over the rows of a batch, in parts that different blocks compute and that are then added in order.

/// Whether an earlier step of the burst failed. It says the same to all threads while blocks of this step note its failure.
DEVICE int failed_before(const apus_cuda_space_t &space) {
    const apus_cuda_status_t &status = space.status[blockIdx.z];
    return status.failed != 0 && status.failed <= status.position;
}

DEVICE int first_block(const apus_cuda_weight_gradient_t &item, int of_sums) { return of_sums ? item.first_sum_block : item.first_block; }

/// The item this block works for, found by all threads at once.
DEVICE const apus_cuda_weight_gradient_t &item_of_block(const apus_cuda_weight_gradients_t &p, int of_sums) {
    __shared__ int found;
    int block = (int)blockIdx.x;
    for (int i = (int)threadIdx.x; i < p.count; i += (int)blockDim.x)
        if (first_block(p.items[i], of_sums) <= block && (i + 1 == p.count || first_block(p.items[i + 1], of_sums) > block)) found = i;
    __syncthreads();
    return p.items[found];
}

/// A tile of sum over r of A[r][m] B[r][n].
DEVICE void product_part(float *to, const float *a, const float *b, const apus_cuda_weight_gradient_t &item, int rows, int tile) {
    int first_row = tile / item.tiles_n * TILE, first_column = tile % item.tiles_n * TILE;
    int row = first_row + thread_row(), column = first_column + thread_column();
    float sums[THREAD_ROWS][THREAD_COLUMNS] = {};
    tile_product(sums, operand(a, item.lda, item.m, rows, 0), operand(b, item.ldb, item.n, rows, 0), first_row, first_column);
    int vectors = (unsigned long long)to % 16 == 0 && item.n % 4 == 0;
#pragma unroll
    for (int i = 0; i < THREAD_ROWS; i++) {
        float4 part = {sums[i][0], sums[i][1], sums[i][2], sums[i][3]};
        store_four(to + (long long)(row + i) * item.n + column, part, row + i < item.m ? item.n - column : 0, vectors);
    }
}

/// 64 columns of sum over r of A[r][n] B[r][n], or of B[r][n]: one half of the threads adds even rows, the other odd ones.
DEVICE void column_part(float *to, const float *a, const float *b, const apus_cuda_weight_gradient_t &item, int rows, int tile) {
    __shared__ float odd[TILE];
    int lane = (int)threadIdx.x % TILE, half = (int)threadIdx.x / TILE, column = tile * TILE + lane, exists = column < item.n;
    float sum = 0.0f;
    if (exists && item.kind == APUS_CUDA_ELEMENTWISE) {
#pragma unroll 8
        for (int r = half; r < rows; r += 2) sum = fmaf(a[(long long)r * item.lda + column], b[(long long)r * item.ldb + column], sum);
    } else if (exists) {
#pragma unroll 8
        for (int r = half; r < rows; r += 2) sum += b[(long long)r * item.ldb + column];
    }
    if (half == 1) odd[lane] = sum;
    __syncthreads();
    if (half == 0 && exists) to[column] = sum + odd[lane];
}

KERNEL(APUS_CUDA_GEMM_THREADS) weight_gradients(apus_cuda_weight_gradients_t p) {
    if (failed_before(p.space)) return;
    const apus_cuda_weight_gradient_t &item = item_of_block(p, 0);
    int tiles = (item.m + TILE - 1) / TILE * item.tiles_n, block = (int)blockIdx.x - item.first_block, split = block / tiles, tile = block % tiles;
    int first = split * item.split_rows, left = item.rows - first, rows = left < item.split_rows ? left : item.split_rows;
    float *base = slab(p.space), *to = base + item.partials + (long long)split * item.m * item.n;
    const float *a = base + item.a + (long long)first * item.lda, *b = base + item.b + (long long)first * item.ldb;
    if (item.kind == APUS_CUDA_PRODUCT) product_part(to, a, b, item, rows, tile);
    else column_part(to, a, b, item, rows, tile);
}

KERNEL(APUS_CUDA_SUM_ELEMENTS) sum_gradients(apus_cuda_weight_gradients_t p) {
    if (failed_before(p.space)) return;
    const apus_cuda_weight_gradient_t &item = item_of_block(p, 1);
    int element = ((int)blockIdx.x - item.first_sum_block) * APUS_CUDA_SUM_ELEMENTS + (int)threadIdx.x, count = item.m * item.n;
    if (element >= count) return;
    float *base = slab(p.space);
    const float *part = base + item.partials + element;
    float sum = part[0];
#pragma unroll 8
    for (int split = 1; split < item.splits; split++) sum += part[(long long)split * count];
    base[item.gradient + (long long)(element / item.n) * item.ld + element % item.n] = sum;
    if (!(fabsf(sum) < INFINITY)) {
        apus_cuda_status_t &status = p.space.status[blockIdx.z];
        status.failed = status.position + 1;  // by all that find one: the same value
    }
}
