// Matrix products from register tiles of GEMM_ROWS x 4 vectors; narrower B gets taller tiles to hide the latency of FMA.

enum { FN(panel) = 4 * WIDTH };

/// Columns j to j + width of `rows` rows of B, of which the first `filled` columns exist.
INLINE void FN(gemm_pack_panel)(float *packed, const float *b, ptrdiff_t row_stride, ptrdiff_t rows, ptrdiff_t filled, ptrdiff_t width) {
    for (ptrdiff_t i = 0; i < rows; i++, packed += width, b += row_stride) {
        for (ptrdiff_t l = 0; l < filled; l++) packed[l] = b[l];
        for (ptrdiff_t l = filled; l < width; l++) packed[l] = 0;
    }
}

/// The same of a transposed B, whose columns are contiguous: squares of WIDTH are turned in registers.
INLINE void FN(gemm_pack_columns)(float *packed, const float *b, ptrdiff_t column_stride, ptrdiff_t rows, ptrdiff_t filled, ptrdiff_t width) {
    for (ptrdiff_t i = 0; i < rows; i += WIDTH)
        for (ptrdiff_t j = 0; j < width; j += WIDTH) {
            VF square[WIDTH];
            for (ptrdiff_t l = 0; l < WIDTH; l++)
                square[l] = j + l < filled ? FN(load_lanes)(b + (j + l) * column_stride + i, rows - i) : (VF)(0.0f);
            FN(transpose)(square);
            for (ptrdiff_t r = 0; r < WIDTH && i + r < rows; r++) STORE(packed + (i + r) * width + j, square[r]);
        }
}

/// B (K, N) as panels of up to 4 vectors: panel after panel, k after k, zeros behind column N.
KERNEL void FN(gemm_pack)(float *packed, const float *b, ptrdiff_t row_stride, ptrdiff_t column_stride, ptrdiff_t k, ptrdiff_t n) {
    const ptrdiff_t padded = apus_padded(n);
    for (ptrdiff_t j = 0; j < padded; j += FN(panel)) {
        const ptrdiff_t width = padded - j < FN(panel) ? padded - j : FN(panel), filled = n - j < width ? n - j : width;
        const float *from = b + j * column_stride;
        if (column_stride == 1) FN(gemm_pack_panel)(packed + j * k, from, row_stride, k, filled, width);
        else FN(gemm_pack_columns)(packed + j * k, from, column_stride, k, filled, width);
    }
}

/// One tile of C, `rows` x `vectors` (constants after inlining): the whole sum over k in registers.
INLINE void FN(gemm_tile)(const int rows, const int vectors, float *c, ptrdiff_t ldc, const float *a, ptrdiff_t lda, const float *b,
                          const float *bias, bool accumulate, ptrdiff_t k) {
    VF sum[8][4];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++)
            sum[r][v] = accumulate ? LOAD(c + r * ldc + v * WIDTH) : bias ? LOAD(bias + v * WIDTH) : (VF)(0.0f);
    for (ptrdiff_t i = 0; i < k; i++, b += vectors * WIDTH) {
        VF bv[4];
        UNROLL for (int v = 0; v < vectors; v++) bv[v] = LOAD(b + v * WIDTH);
        UNROLL for (int r = 0; r < rows; r++) {
            VF av = (VF)(a[r * lda + i]);
            UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = FMA(av, bv[v], sum[r][v]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) STORE(c + r * ldc + v * WIDTH, sum[r][v]);
}

#define GEMM_PANEL(rows, vectors) \
    for (; m - i >= (rows); i += (rows)) FN(gemm_tile)(rows, vectors, c + i * ldc, ldc, a + i * lda, lda, b, bias, accumulate, k)

KERNEL void FN(gemm_panel)(int vectors, float *c, ptrdiff_t ldc, const float *a, ptrdiff_t lda, const float *b, const float *bias,
                           bool accumulate, ptrdiff_t m, ptrdiff_t k) {
    ptrdiff_t i = 0;
    switch (vectors) {
    case 4:
        GEMM_PANEL(GEMM_ROWS, 4);
        GEMM_PANEL(2, 4);
        GEMM_PANEL(1, 4);
        break;
    case 3:
        GEMM_PANEL(GEMM_ROWS, 3);
        GEMM_PANEL(2, 3);
        GEMM_PANEL(1, 3);
        break;
    case 2:
        GEMM_PANEL(2 * GEMM_ROWS, 2);
        GEMM_PANEL(2, 2);
        GEMM_PANEL(1, 2);
        break;
    default:
        GEMM_PANEL(2 * GEMM_ROWS, 1);
        GEMM_PANEL(2, 1);
        GEMM_PANEL(1, 1);
    }
}

KERNEL void FN(gemm)(float *c, ptrdiff_t ldc, const float *a, ptrdiff_t lda, const float *packed, const float *bias, bool accumulate,
                     ptrdiff_t m, ptrdiff_t n, ptrdiff_t k) {
    ptrdiff_t padded = apus_padded(n);
    for (ptrdiff_t j = 0; j < padded; j += FN(panel)) {
        int vectors = (int)((padded - j < FN(panel) ? padded - j : FN(panel)) / WIDTH);
        float tail[FN(panel)];  // a bias is exact, not padded: copy its last vectors
        const float *panel_bias = bias ? bias + j : NULL;
        if (bias && j + vectors * WIDTH > n) {
            for (ptrdiff_t l = 0; l < vectors * WIDTH; l++) tail[l] = j + l < n ? bias[j + l] : 0;
            panel_bias = tail;
        }
        FN(gemm_panel)(vectors, c + j, ldc, a, lda, packed + j * k, panel_bias, accumulate, m, k);
    }
}

/// One tile of C += Aᵀ B over k in [0, k); `columns` of it exist in C.
INLINE void FN(gemm_transposed_tile)(const int rows, const int vectors, float *c, ptrdiff_t ldc, const float *a, ptrdiff_t lda,
                                     const float *b, ptrdiff_t ldb, ptrdiff_t columns, ptrdiff_t k) {
    VF sum[8][4];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++)
            sum[r][v] = columns >= (v + 1) * WIDTH ? LOAD(c + r * ldc + v * WIDTH)
                                                   : FN(load_partial)(c + r * ldc + v * WIDTH, columns - v * WIDTH);
    for (ptrdiff_t i = 0; i < k; i++, a += lda, b += ldb) {
        VF bv[4];
        UNROLL for (int v = 0; v < vectors; v++) bv[v] = LOAD(b + v * WIDTH);
        UNROLL for (int r = 0; r < rows; r++) {
            VF av = (VF)(a[r]);
            UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = FMA(av, bv[v], sum[r][v]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) {
            if (columns >= (v + 1) * WIDTH) STORE(c + r * ldc + v * WIDTH, sum[r][v]);
            else FN(store_partial)(c + r * ldc + v * WIDTH, sum[r][v], columns - v * WIDTH);
        }
}

#define TRANSPOSED_ROWS(rows, vectors) \
    for (; m - i >= (rows); i += (rows)) \
    FN(gemm_transposed_tile)(rows, vectors, c + i * ldc + j, ldc, a + i, lda, panel, panel_ld, n - j, block)

/// k in blocks whose part of B stays in the first-level cache while all rows of C pass over it. Rows of B an even number of cache
/// lines apart fall into few sets of that cache: where many rows of C make it worth while, a block is copied together first.
KERNEL void FN(gemm_transposed)(float *c, ptrdiff_t ldc, const float *a, ptrdiff_t lda, const float *b, ptrdiff_t ldb, ptrdiff_t m,
                                ptrdiff_t n, ptrdiff_t k) {
    enum { block_rows = 96 };
    float packed[block_rows * FN(panel)];
    for (ptrdiff_t first = 0; first < k; first += block_rows, a += block_rows * lda, b += block_rows * ldb) {
        ptrdiff_t block = k - first < block_rows ? k - first : block_rows, j = 0;
        for (; j + 2 * WIDTH < n; j += FN(panel)) {
            ptrdiff_t i = 0, panel_ld = ldb;
            const float *panel = b + j;
            const int vectors = j + 3 * WIDTH >= n ? 3 : 4;
            if (m >= 32 && ldb % 32 == 0) {
                for (ptrdiff_t r = 0; r < block; r++)
                    for (int v = 0; v < vectors; v++) STORE(packed + r * FN(panel) + v * WIDTH, LOAD(panel + r * ldb + v * WIDTH));
                panel = packed;
                panel_ld = FN(panel);
            }
            if (vectors == 3) {
                TRANSPOSED_ROWS(GEMM_ROWS, 3);
                TRANSPOSED_ROWS(2, 3);
                TRANSPOSED_ROWS(1, 3);
            } else {
                TRANSPOSED_ROWS(GEMM_ROWS, 4);
                TRANSPOSED_ROWS(2, 4);
                TRANSPOSED_ROWS(1, 4);
            }
        }
        if (j < n) {
            ptrdiff_t i = 0;
            const ptrdiff_t panel_ld = ldb;
            const float *panel = b + j;
            if (n - j > WIDTH) {
                TRANSPOSED_ROWS(2 * GEMM_ROWS, 2);
                TRANSPOSED_ROWS(2, 2);
                TRANSPOSED_ROWS(1, 2);
            } else {
                TRANSPOSED_ROWS(2 * GEMM_ROWS, 1);
                TRANSPOSED_ROWS(2, 1);
                TRANSPOSED_ROWS(1, 1);
            }
        }
    }
}

KERNEL void FN(column_sum)(float *out, const float *a, ptrdiff_t lda, ptrdiff_t m, ptrdiff_t n) {
    for (ptrdiff_t j = 0; j < n; j += WIDTH) {
        VF sum = FN(load_partial)(out + j, n - j);
        for (ptrdiff_t i = 0; i < m; i++) sum += LOAD(a + i * lda + j);
        FN(store_partial)(out + j, sum, n - j);
    }
}
