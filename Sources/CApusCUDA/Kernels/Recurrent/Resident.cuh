#pragma once
// Products with recurrent weights that stay on the chip for all steps of a layer.
//
// A block works for one row of the batch and multiplies a vector by a matrix at each step. Each thread holds the weights from some inputs to
// OUTPUTS outputs, so that an input read from shared memory serves several of them, and the lanes that share outputs add their parts by
// shuffles: reading each input for one output alone would take as long as the sums themselves.

/// The weights of one thread: GROUPS groups of four inputs. Those of the first KEPT groups are in registers, those of the others in shared
/// memory, where float4 number group * OUTPUTS + output has those of a group for one output.
template <int THREADS, int OUTPUTS, int GROUPS, int KEPT> struct resident_t {
    float kept[KEPT][4][OUTPUTS];
    float4 *rest;
};

/// The places of the weights of one thread in global memory: weight (input, output) is at from[input * input_stride + output * output_stride],
/// or zero if not below `inputs` and `outputs`. Group g has inputs first + g * spacing + 0, 1, 2 and 3.
typedef struct {
    const float *from;
    int input_stride, output_stride, inputs, outputs, first, spacing;
} resident_source_t;

DEVICE float resident_weight(const resident_source_t &s, int input, int output) {
    return input < s.inputs && output < s.outputs ? s.from[input * s.input_stride + output * s.output_stride] : 0.0f;
}

/// `memory`: shared memory for the weights that registers do not hold, (GROUPS - KEPT) * OUTPUTS float4 for each thread of the block.
template <int THREADS, int OUTPUTS, int GROUPS, int KEPT>
DEVICE void load_resident(resident_t<THREADS, OUTPUTS, GROUPS, KEPT> &weights, const resident_source_t &s, float4 *memory) {
    weights.rest = memory + threadIdx.x;
    int input = s.first + KEPT * s.spacing;
#pragma unroll 1  // before and apart from the others, whose registers are still free
    for (int four = 0; four < (GROUPS - KEPT) * OUTPUTS; four += OUTPUTS, input += s.spacing) {
#pragma unroll
        for (int o = 0; o < OUTPUTS; o++) {
            const float4 w = {resident_weight(s, input, o), resident_weight(s, input + 1, o), resident_weight(s, input + 2, o),
                              resident_weight(s, input + 3, o)};
            weights.rest[(four + o) * THREADS] = w;  // read by this thread alone: no barrier
        }
    }
#pragma unroll
    for (int group = 0; group < KEPT; group++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
#pragma unroll
            for (int o = 0; o < OUTPUTS; o++) weights.kept[group][i][o] = resident_weight(s, s.first + group * s.spacing + i, o);
        }
    }
}

/// sums = the thread's part of its outputs; its group g of inputs is inputs[g * spacing].
template <int THREADS, int OUTPUTS, int GROUPS, int KEPT>
DEVICE void multiply_resident(float *sums, const resident_t<THREADS, OUTPUTS, GROUPS, KEPT> &weights, const float4 *inputs, int spacing) {
#pragma unroll
    for (int o = 0; o < OUTPUTS; o++) sums[o] = 0.0f;
#pragma unroll
    for (int group = 0; group < GROUPS; group++) {
        const float4 x = inputs[group * spacing];
#pragma unroll
        for (int o = 0; o < OUTPUTS; o++) {
            if (group < KEPT) {
                const float (&w)[4][OUTPUTS] = weights.kept[group < KEPT ? group : 0];
                sums[o] = fmaf(x.w, w[3][o], fmaf(x.z, w[2][o], fmaf(x.y, w[1][o], fmaf(x.x, w[0][o], sums[o]))));
            } else {
                const float4 w = weights.rest[((group - KEPT) * OUTPUTS + o) * THREADS];
                sums[o] = fmaf(x.w, w.w, fmaf(x.z, w.z, fmaf(x.y, w.y, fmaf(x.x, w.x, sums[o]))));
            }
        }
    }
}
