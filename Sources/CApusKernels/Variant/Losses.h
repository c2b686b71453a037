// Softmax and the losses. Heads are narrow: rows one after the other, sums over columns in order.

/// e^(x - max) of one row into y; returns their sum and leaves the maximum.
INLINE float FN(softmax_row)(float *y, const float *x, ptrdiff_t n, float *maximum) {
    float top = x[0], sum = 0;
    for (ptrdiff_t j = 1; j < n; j++) top = x[j] > top ? x[j] : top;
    for (ptrdiff_t j = 0; j < n; j++) y[j] = x[j] - top;
    FN(exp)(y, y, n);
    for (ptrdiff_t j = 0; j < n; j++) sum += y[j];
    *maximum = top;
    return sum;
}

KERNEL void FN(softmax)(float *y, const float *x, ptrdiff_t ld, ptrdiff_t m, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < m; i++, y += ld, x += ld) {
        float top, sum = FN(softmax_row)(y, x, n, &top);
        for (ptrdiff_t j = 0; j < n; j++) y[j] /= sum;
    }
}

KERNEL void FN(softmax_gradient)(float *dx, const float *y, const float *dy, ptrdiff_t ld, bool accumulate, ptrdiff_t m, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < m; i++, dx += ld, y += ld, dy += ld) {
        float dot = 0;
        for (ptrdiff_t j = 0; j < n; j++) dot += y[j] * dy[j];
        for (ptrdiff_t j = 0; j < n; j++) {
            float d = y[j] * (dy[j] - dot);
            dx[j] = accumulate ? dx[j] + d : d;
        }
    }
}

/// -sum_j target_j log p_j from the logits themselves, so that a saturated softmax still has a finite loss and an exact gradient.
KERNEL double FN(cross_entropy)(float *probabilities, const float *logits, ptrdiff_t ld, const float *targets, const float *weights,
                                ptrdiff_t m, ptrdiff_t n) {
    double total = 0;
    for (ptrdiff_t i = 0; i < m; i++, probabilities += ld, logits += ld, targets += n) {
        float top, sum = FN(softmax_row)(probabilities, logits, n, &top);
        double loss = 0, log_sum = __builtin_log((double)sum);
        for (ptrdiff_t j = 0; j < n; j++) {
            loss += (double)targets[j] * (log_sum - ((double)logits[j] - (double)top));
            probabilities[j] /= sum;
        }
        total += weights ? (double)weights[i] * loss : loss;
    }
    return total;
}

KERNEL void FN(cross_entropy_gradient)(float *dlogits, const float *probabilities, ptrdiff_t ld, const float *targets, const float *weights,
                                       float scale, ptrdiff_t m, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < m; i++, dlogits += ld, probabilities += ld, targets += n) {
        float mass = 0, factor = weights ? scale * weights[i] : scale;
        for (ptrdiff_t j = 0; j < n; j++) mass += targets[j];
        for (ptrdiff_t j = 0; j < n; j++) dlogits[j] = factor * (probabilities[j] * mass - targets[j]);
    }
}

KERNEL double FN(squared_error)(const float *y, ptrdiff_t ld, const float *targets, const float *weights, ptrdiff_t m, ptrdiff_t n) {
    double total = 0;
    for (ptrdiff_t i = 0; i < m; i++, y += ld, targets += n) {
        double sum = 0;
        for (ptrdiff_t j = 0; j < n; j++) {
            double difference = (double)y[j] - (double)targets[j];
            sum += difference * difference;
        }
        total += (weights ? (double)weights[i] : 1.0) * sum / (double)n;
    }
    return total;
}

KERNEL void FN(squared_error_gradient)(float *dy, const float *y, ptrdiff_t ld, const float *targets, const float *weights, float scale,
                                       ptrdiff_t m, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < m; i++, dy += ld, y += ld, targets += n) {
        float factor = (weights ? scale * weights[i] : scale) * 2 / (float)n;
        for (ptrdiff_t j = 0; j < n; j++) dy[j] = factor * (y[j] - targets[j]);
    }
}

/// log(1 + e^-z) = log(1 + e^-|z|) + max(-z, 0): exact for saturated logits too.
KERNEL double FN(binary_cross_entropy)(float *probabilities, const float *logits, ptrdiff_t ld, const float *targets, const float *weights,
                                       float positive, ptrdiff_t m, ptrdiff_t n) {
    double total = 0;
    for (ptrdiff_t i = 0; i < m; i++, probabilities += ld, logits += ld, targets += n) {
        double sum = 0;
        for (ptrdiff_t j = 0; j < n; j++) {
            double z = (double)logits[j], t = (double)targets[j], base = __builtin_log1p(__builtin_exp(z < 0 ? z : -z));
            sum += (double)positive * t * (base + (z < 0 ? -z : 0)) + (1 - t) * (base + (z > 0 ? z : 0));
        }
        FN(sigmoid)(probabilities, logits, n);
        total += (weights ? (double)weights[i] : 1.0) * sum / (double)n;
    }
    return total;
}

KERNEL void FN(binary_cross_entropy_gradient)(float *dlogits, const float *probabilities, ptrdiff_t ld, const float *targets,
                                              const float *weights, float positive, float scale, ptrdiff_t m, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < m; i++, dlogits += ld, probabilities += ld, targets += n) {
        float factor = (weights ? scale * weights[i] : scale) / (float)n;
        for (ptrdiff_t j = 0; j < n; j++) {
            float p = probabilities[j], t = targets[j];
            dlogits[j] = factor * ((1 - t) * p - positive * t * (1 - p));
        }
    }
}
