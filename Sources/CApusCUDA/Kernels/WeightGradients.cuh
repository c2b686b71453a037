#pragma once
// Gradients of parameters: sums over the rows of a batch, in parts that different blocks compute and that are then added in order.

/// Terms of a sum that a thread loads before it adds any, so that it waits for memory once and not for each.
enum { SUM_LOADS = 16 };

/// Whether the model rests in this step, or an earlier step of the burst failed. It says the same to all threads while blocks of this step
/// note its failure.
DEVICE int is_idle(const apus_cuda_space_t &space) {
    const apus_cuda_status_t &status = space.status[blockIdx.z];
    return control(space).rows == 0 || (status.failed != 0 && status.failed <= status.position);
}

DEVICE int first_block(const apus_cuda_weight_gradient_t &item, int of_sums) { return of_sums ? item.first_sum_block : item.first_block; }

/// The item this block works for, found by all threads at once.
DEVICE const apus_cuda_weight_gradient_t &item_of_block(const apus_cuda_weight_gradients_t &p, int of_sums) {
    __shared__ int found;
    int block = (int)blockIdx.x;
    for (int i = (int)threadIdx.x; i < p.count; i += (int)blockDim.x) {
        int first = first_block(p.items[i], of_sums), next = i + 1 < p.count ? first_block(p.items[i + 1], of_sums) : block + 1;
        if (first <= block && block < next) found = i;
    }
    __syncthreads();
    return p.items[found];
}

/// A tile of sum over r of A[r][m] B[r][n].
DEVICE void product_part(float *to, const float *a, const float *b, const apus_cuda_weight_gradient_t &item, int rows, int tile) {
    int first_row = tile / item.tiles_n * TILE, first_column = tile % item.tiles_n * TILE;
    int row = first_row + thread_row<THREAD_ROWS>(), column = first_column + thread_column();
    float sums[THREAD_ROWS][THREAD_COLUMNS] = {};
    tile_product<THREAD_ROWS>(sums, operand(a, item.lda, item.m, rows, 0), operand(b, item.ldb, item.n, rows, 0), first_row, first_column);
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
    int reads_a = item.kind == APUS_CUDA_ELEMENTWISE;
    float sum = 0.0f;
    for (int first = half; exists && first < rows; first += 2 * SUM_LOADS) {
        float left[SUM_LOADS], right[SUM_LOADS];
#pragma unroll
        for (int i = 0; i < SUM_LOADS; i++) {
            int r = first + 2 * i;
            left[i] = reads_a && r < rows ? a[(long long)r * item.lda + column] : 1.0f;
            right[i] = r < rows ? b[(long long)r * item.ldb + column] : 0.0f;
        }
#pragma unroll
        for (int i = 0; i < SUM_LOADS; i++) sum = fmaf(left[i], right[i], sum);
    }
    if (half == 1) odd[lane] = sum;
    __syncthreads();
    if (half == 0 && exists) to[column] = sum + odd[lane];
}

KERNEL(APUS_CUDA_GEMM_THREADS) weight_gradients(apus_cuda_weight_gradients_t p) {
    int idle = is_idle(p.space);
    const apus_cuda_weight_gradient_t &item = item_of_block(p, 0);
    if (idle) return;
    int tiles = (item.m + TILE - 1) / TILE * item.tiles_n, block = (int)blockIdx.x - item.first_block, split = block / tiles, tile = block % tiles;
    int first = split * item.split_rows, left = item.rows - first, rows = left < item.split_rows ? left : item.split_rows;
    float *base = slab(p.space), *to = base + item.partials + (long long)split * item.m * item.n;
    const float *a = base + item.a + (long long)first * item.lda, *b = base + item.b + (long long)first * item.ldb;
    if (item.kind == APUS_CUDA_PRODUCT) product_part(to, a, b, item, rows, tile);
    else column_part(to, a, b, item, rows, tile);
}

KERNEL(APUS_CUDA_SUM_ELEMENTS) sum_gradients(apus_cuda_weight_gradients_t p) {
    int idle = is_idle(p.space);
    const apus_cuda_weight_gradient_t &item = item_of_block(p, 1);
    int element = ((int)blockIdx.x - item.first_sum_block) * APUS_CUDA_SUM_ELEMENTS + (int)threadIdx.x, count = item.m * item.n;
    if (idle || element >= count) return;
    float *base = slab(p.space);
    const float *part = base + item.partials + element;
    float sum = 0.0f;
    for (int first = 0; first < item.splits; first += SUM_LOADS) {
        float parts[SUM_LOADS];
#pragma unroll
        for (int i = 0; i < SUM_LOADS; i++) parts[i] = first + i < item.splits ? part[(long long)(first + i) * count] : 0.0f;
#pragma unroll
        for (int i = 0; i < SUM_LOADS; i++) sum += parts[i];
    }
    base[item.gradient + (long long)(element / item.n) * item.ld + element % item.n] = sum;
    if (!(fabsf(sum) < INFINITY)) {
        apus_cuda_status_t &status = p.space.status[blockIdx.z];
        status.failed = status.position + 1;  // by all that find one: the same value
    }
}
