#pragma once
// The machinery of matrix products: a block of 128 threads computes a tile of 64 x 64 sums over k, 8 x 4 of them in the registers of each
// thread. k goes by in tiles of 16 through two buffers of shared memory: while one is multiplied, the next tile is on its way from memory.
// An element is one chain of fused multiply-adds in the order of k, as on the CPU.

enum { TILE = APUS_CUDA_GEMM_TILE, TILE_DEPTH = 16, THREAD_ROWS = 8, THREAD_COLUMNS = 4 };

/// A tile of an operand in shared memory: [k][position], 64 positions as 16 groups of four. The group behind them makes the stores of an
/// operand that is contiguous along k fall into different banks.
typedef float4 tile_t[TILE_DEPTH][TILE / 4 + 1];

/// One operand of a product: `count` rows of A or columns of B, each a vector of `depth` elements along k.
typedef struct {
    const float *from;
    int ld;          // floats from one vector to the next when `along_k`, else from one k to the next
    int count, depth;
    int along_k;     // whether the elements of a vector are contiguous; otherwise those of the same k are
    int vectors;     // whether rows of memory begin on a boundary of 16 bytes
} operand_t;

DEVICE operand_t operand(const float *from, int ld, int count, int depth, int along_k) {
    operand_t o = {from, ld, count, depth, along_k, (unsigned long long)from % 16 == 0 && ld % 4 == 0};
    return o;
}

/// Four floats, of which the first `n` exist; zeros for the others.
DEVICE float4 load_four(const float *from, int n, int vectors) {
    if (vectors && n >= 4) return *(const float4 *)from;
    float4 four = {n > 0 ? from[0] : 0.0f, n > 1 ? from[1] : 0.0f, n > 2 ? from[2] : 0.0f, n > 3 ? from[3] : 0.0f};
    return four;
}

DEVICE void store_four(float *to, float4 four, int n, int vectors) {
    if (vectors && n >= 4) {
        *(float4 *)to = four;
        return;
    }
    if (n > 0) to[0] = four.x;
    if (n > 1) to[1] = four.y;
    if (n > 2) to[2] = four.z;
    if (n > 3) to[3] = four.w;
}

/// Where part `part` (0 or 1) of this thread's share of a tile begins. Along k a warp takes 16 vectors of 8 elements, whole sectors of 32 bytes;
/// otherwise two rows of 64 elements.
DEVICE void tile_share(int part, int along_k, int &position, int &k) {
    int lane = (int)threadIdx.x % 32, warp = (int)threadIdx.x / 32;
    position = along_k ? 32 * part + warp / 2 * 16 + lane / 2 : lane % 16 * 4;
    k = along_k ? warp % 2 * 8 + lane % 2 * 4 : 8 * part + warp * 2 + lane / 16;
}

/// Loads this thread's share of the tile that begins at vector `first` and at `first_k`.
DEVICE void tile_fetch(float4 (&parts)[2], const operand_t &o, int first, int first_k) {
#pragma unroll
    for (int part = 0; part < 2; part++) {
        int position, k;
        tile_share(part, o.along_k, position, k);
        position += first;
        k += first_k;
        long long offset = o.along_k ? (long long)position * o.ld + k : (long long)k * o.ld + position;
        int outside = o.along_k ? position >= o.count : k >= o.depth, left = o.along_k ? o.depth - k : o.count - position;
        parts[part] = load_four(o.from + offset, outside ? 0 : left, o.vectors);
    }
}

DEVICE void tile_put(tile_t &tile, const float4 (&parts)[2], int along_k) {
#pragma unroll
    for (int part = 0; part < 2; part++) {
        int position, k;
        tile_share(part, along_k, position, k);
        if (!along_k) {
            tile[k][position / 4] = parts[part];
            continue;
        }
        ((float *)tile[k])[position] = parts[part].x;
        ((float *)tile[k + 1])[position] = parts[part].y;
        ((float *)tile[k + 2])[position] = parts[part].z;
        ((float *)tile[k + 3])[position] = parts[part].w;
    }
}

/// Where this thread's sums lie in the tile. A warp has 32 x 32 of them, so that it reads few different words of shared memory.
DEVICE int thread_row() { return ((int)threadIdx.x / 64 * 4 + (int)threadIdx.x % 32 / 8) * THREAD_ROWS; }
DEVICE int thread_column() { return ((int)threadIdx.x / 32 % 2 * 8 + (int)threadIdx.x % 8) * THREAD_COLUMNS; }

DEVICE void tile_multiply(float (&sums)[THREAD_ROWS][THREAD_COLUMNS], const tile_t &a, const tile_t &b) {
    int row = thread_row() / 4, column = thread_column() / 4;
#pragma unroll
    for (int k = 0; k < TILE_DEPTH; k++) {
        float4 a0 = a[k][row], a1 = a[k][row + 1], b0 = b[k][column];
        float left[THREAD_ROWS] = {a0.x, a0.y, a0.z, a0.w, a1.x, a1.y, a1.z, a1.w}, right[THREAD_COLUMNS] = {b0.x, b0.y, b0.z, b0.w};
#pragma unroll
        for (int i = 0; i < THREAD_ROWS; i++)
#pragma unroll
            for (int j = 0; j < THREAD_COLUMNS; j++) sums[i][j] = fmaf(left[i], right[j], sums[i][j]);
    }
}

/// Adds to `sums` the products of rows `first_row` ... of A and columns `first_column` ... of B.
DEVICE void tile_product(float (&sums)[THREAD_ROWS][THREAD_COLUMNS], const operand_t &a, const operand_t &b, int first_row, int first_column) {
    __shared__ tile_t tiles_a[2], tiles_b[2];
    float4 next_a[2], next_b[2];
    tile_fetch(next_a, a, first_row, 0);
    tile_fetch(next_b, b, first_column, 0);
    for (int k = 0, buffer = 0; k < a.depth; k += TILE_DEPTH, buffer ^= 1) {
        tile_put(tiles_a[buffer], next_a, a.along_k);
        tile_put(tiles_b[buffer], next_b, b.along_k);
        __syncthreads();  // also: all threads are done with the tile before, whose buffer is written next
        if (k + TILE_DEPTH < a.depth) {
            tile_fetch(next_a, a, first_row, k + TILE_DEPTH);
            tile_fetch(next_b, b, first_column, k + TILE_DEPTH);
        }
        tile_multiply(sums, tiles_a[buffer], tiles_b[buffer]);
    }
}
