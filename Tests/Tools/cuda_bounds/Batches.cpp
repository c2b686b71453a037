#include "Case.h"

/// A batch of 3 of 6 examples for a capacity of 5 rows: a sequence, targets without padding, and weights of one.
void batches() {
    enum { ROWS = 5, ACTIVE = 3, EXAMPLES = 6, STEPS = 7, FEATURES = 13, CLASSES = 4 };
    Case test(ACTIVE);
    auto inputs = exactly<float>(EXAMPLES * STEPS * FEATURES), targets = exactly<float>(EXAMPLES * CLASSES);
    auto indices = exactly<int>(2 + ACTIVE);  // the first two belong to another step
    for (int i = 0; i < ACTIVE; i++) indices[2 + i] = EXAMPLES - 1 - i;
    auto items = exactly<apus_cuda_gather_item_t>(3);
    int padded = apus_cuda_padded(FEATURES);
    items[0] = {inputs.get(), STEPS * FEATURES, STEPS, FEATURES, test.arena.matrix(STEPS * ROWS, FEATURES, padded, Fill::OUTPUT), padded};
    items[1] = {targets.get(), CLASSES, 1, CLASSES, test.arena.packed(ROWS * CLASSES, Fill::OUTPUT), CLASSES};
    items[2] = {nullptr, 0, 1, 1, test.arena.packed(ROWS, Fill::OUTPUT), 1};
    test.run("gather", ROWS, 3, 128, apus_cuda_gather_t{test.space, items.get(), indices.get(), ROWS});
    test.arena.check("gather");
    for (int row = 0; row < ROWS; row++) {
        if (test.arena.at(1, items[2].to + row) != (row < ACTIVE ? 1.0f : 0.0f)) throw std::runtime_error("gather: weights of rows behind the batch");
    }
}
