#pragma once
// Losses of one row, in Float64, and their gradients for the mean over the batch. Rows are those of a vector, so a row is a matrix row.

/// Writes the loss of this row, from the terms of all threads: `share` of their sum, times the weight of the row.
DEVICE void row_write_loss(const row_t &at, const apus_cuda_instruction_t &i, double term, double share) {
    double sum = row_sum_in_order(term, i.features);
    if (threadIdx.x == 0) ((double *)(at.results + i.result))[at.row] = (double)at.slab[i.weights + at.row] * sum * share;
}

/// What the gradient of this row's loss is multiplied by.
DEVICE float row_loss_scale(const row_t &at, const apus_cuda_instruction_t &i) { return i.factor / (float)at.active * at.slab[i.weights + at.row]; }

/// -sum_j target_j log p_j from the logits themselves, so that a saturated softmax still has a finite loss and an exact gradient.
DEVICE void row_cross_entropy(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *logits = row_at(at, i.x, i.features), *targets = at.slab + i.targets + (long long)at.row * i.features;
    float *probabilities = row_at(at, i.y, i.features), mass = 0.0f;
    softmax_t softmax = row_probabilities(logits, probabilities, i.features);
    double log_sum = log((double)softmax.sum), loss = 0;
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) {
        loss += (double)targets[f] * (log_sum - ((double)logits[f] - (double)softmax.maximum));
        mass += targets[f];
    }
    row_write_loss(at, i, loss, 1);
    if (!i.trains) return;
    float *dx = row_at(at, i.dx, i.features), scale = row_loss_scale(at, i);
    mass = row_sum(mass);
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) dx[f] = scale * (probabilities[f] * mass - targets[f]);
}

/// log(1 + e^-z) = log(1 + e^-|z|) + max(-z, 0): exact for saturated logits too.
DEVICE void row_binary_cross_entropy(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *logits = row_at(at, i.x, i.features), *targets = at.slab + i.targets + (long long)at.row * i.features;
    float *probabilities = row_at(at, i.y, i.features), *dx = row_at(at, i.dx, i.features);
    float scale = row_loss_scale(at, i) / (float)i.features;
    double loss = 0;
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) {
        double z = (double)logits[f], target = (double)targets[f], base = log1p(exp(z < 0 ? z : -z));
        loss += (double)i.positive * target * (base + (z < 0 ? -z : 0)) + (1 - target) * (base + (z > 0 ? z : 0));
        float p = sigmoid_(logits[f]), t = targets[f];
        probabilities[f] = p;
        if (i.trains) dx[f] = scale * ((1.0f - t) * p - i.positive * t * (1.0f - p));
    }
    row_write_loss(at, i, loss, 1 / (double)i.features);
}

DEVICE void row_squared_error(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *y = row_at(at, i.y, i.features), *targets = at.slab + i.targets + (long long)at.row * i.features;
    float *dy = row_at(at, i.dy, i.features), scale = row_loss_scale(at, i) * 2.0f / (float)i.features;
    double loss = 0;
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) {
        double difference = (double)y[f] - (double)targets[f];
        loss += difference * difference;
        if (i.trains) dy[f] = scale * (y[f] - targets[f]);
    }
    row_write_loss(at, i, loss, 1 / (double)i.features);
}
