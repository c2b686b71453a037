#pragma once
// The machinery of matrix products: a block of 128 threads computes a tile of 64 x 64 or 32 x 64 sums over k, 8 x 4 or 4 x 4 of them in the
// registers of each thread. k goes by in tiles of 16 through two buffers of shared memory: while one is multiplied, the next tile is on its
// way from memory. An element is one chain of fused multiply-adds in the order of k, as on the CPU, whatever the tile.

enum { TILE = APUS_CUDA_GEMM_TILE, TILE_DEPTH = 16, THREAD_ROWS = 8, THREAD_COLUMNS = 4 };

/// A tile of an operand in shared memory: [k][position], positions in groups of four. The group behind them makes the stores of an operand
/// that is contiguous along k fall into different banks.
template <int positions> using tile_t = float4[TILE_DEPTH][positions / 4 + 1];

/// What a thread has of a tile on its way to shared memory, four elements in a part.
template <int positions> using tile_parts_t = float4[positions * TILE_DEPTH / 4 / APUS_CUDA_GEMM_THREADS];

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

/// Where a part of this thread's share of a tile begins. Along k a warp takes 16 vectors of 8 elements, whole sectors of 32 bytes; otherwise
/// threads go through the positions of one k after another.
template <int positions> DEVICE void tile_share(int part, int along_k, int &position, int &k) {
    int thread = (int)threadIdx.x, lane = thread % 32, warp = thread / 32, groups = positions / 4;
    position = along_k ? 32 * part + warp / 2 * 16 + lane / 2 : thread % groups * 4;
    k = along_k ? warp % 2 * 8 + lane % 2 * 4 : APUS_CUDA_GEMM_THREADS / groups * part + thread / groups;
}

/// Loads this thread's share of the tile that begins at vector `first` and at `first_k`.
template <int positions> DEVICE void tile_fetch(tile_parts_t<positions> &parts, const operand_t &o, int first, int first_k) {
#pragma unroll
    for (int part = 0; part < (int)(sizeof parts / sizeof *parts); part++) {
        int position, k;
        tile_share<positions>(part, o.along_k, position, k);
        position += first;
        k += first_k;
        long long offset = o.along_k ? (long long)position * o.ld + k : (long long)k * o.ld + position;
        int outside = o.along_k ? position >= o.count : k >= o.depth, left = o.along_k ? o.depth - k : o.count - position;
        parts[part] = load_four(o.from + offset, outside ? 0 : left, o.vectors);
    }
}

template <int positions> DEVICE void tile_put(tile_t<positions> &tile, const tile_parts_t<positions> &parts, int along_k) {
#pragma unroll
    for (int part = 0; part < (int)(sizeof parts / sizeof *parts); part++) {
        int position, k;
        tile_share<positions>(part, along_k, position, k);
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

/// Where this thread's sums lie in the tile: a warp has a rectangle, so that it reads few different words of shared memory.
template <int rows> DEVICE int thread_row() { return ((int)threadIdx.x / 64 * 4 + (int)threadIdx.x % 32 / 8) * rows; }
DEVICE int thread_column() { return ((int)threadIdx.x / 32 % 2 * 8 + (int)threadIdx.x % 8) * THREAD_COLUMNS; }

template <int rows> DEVICE void tile_multiply(float (&sums)[rows][THREAD_COLUMNS], const tile_t<8 * rows> &a, const tile_t<TILE> &b) {
    int row = thread_row<rows>() / 4, column = thread_column() / 4;
#pragma unroll 8
    for (int k = 0; k < TILE_DEPTH; k++) {
        float left[rows];
#pragma unroll
        for (int i = 0; i < rows / 4; i++) {
            float4 four = a[k][row + i];
            left[4 * i] = four.x;
            left[4 * i + 1] = four.y;
            left[4 * i + 2] = four.z;
            left[4 * i + 3] = four.w;
        }
        float4 four = b[k][column];
        float right[THREAD_COLUMNS] = {four.x, four.y, four.z, four.w};
#pragma unroll
        for (int i = 0; i < rows; i++)
#pragma unroll
            for (int j = 0; j < THREAD_COLUMNS; j++) sums[i][j] = fmaf(left[i], right[j], sums[i][j]);
    }
}

/// Adds to `sums` the products of 8 `rows` rows of A from `first_row` on and 64 columns of B from `first_column` on.
template <int rows>
DEVICE void tile_product(float (&sums)[rows][THREAD_COLUMNS], const operand_t &a, const operand_t &b, int first_row, int first_column) {
    __shared__ tile_t<8 * rows> tiles_a[2];
    __shared__ tile_t<TILE> tiles_b[2];
    tile_parts_t<8 * rows> next_a;
    tile_parts_t<TILE> next_b;
    tile_fetch<8 * rows>(next_a, a, first_row, 0);
    tile_fetch<TILE>(next_b, b, first_column, 0);
    for (int k = 0, buffer = 0; k < a.depth; k += TILE_DEPTH, buffer ^= 1) {
        tile_put<8 * rows>(tiles_a[buffer], next_a, a.along_k);
        tile_put<TILE>(tiles_b[buffer], next_b, b.along_k);
        __syncthreads();  // also: all threads are done with the tile before, whose buffer is written next
        if (k + TILE_DEPTH < a.depth) {
            tile_fetch<8 * rows>(next_a, a, first_row, k + TILE_DEPTH);
            tile_fetch<TILE>(next_b, b, first_column, k + TILE_DEPTH);
        }
        tile_multiply<rows>(sums, tiles_a[buffer], tiles_b[buffer]);
    }
}
