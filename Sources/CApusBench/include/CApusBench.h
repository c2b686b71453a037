#pragma once

/// GFLOP/s that one core reaches with independent fused multiply-adds on registers, the best of several tries; a multiply-add counts as two.
/// Multiplies and adds apart where the processor has no AVX2 or AVX-512 with FMA.
double apus_bench_peak_gflops(void);
