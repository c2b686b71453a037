#include "Case.h"

/// Batches for a capacity of 5 rows, one model's of 3 examples and the other's of one: a sequence, targets without padding, weights of one.
void batches() {
    enum { ROWS = 5, EXAMPLES = 6, STEPS = 7, FEATURES = 13, CLASSES = 4, ITEMS = 3, OTHERS = 2 };
    const unsigned active[Arena::MODELS] = {3, 1};
    Case test;
    auto inputs = exactly<float>(EXAMPLES * STEPS * FEATURES), targets = exactly<float>(EXAMPLES * CLASSES);
    auto indices = exactly<int>(OTHERS + active[0] + active[1]);  // the first ones belong to another step
    for (unsigned i = 0; i < active[0] + active[1]; i++) indices[OTHERS + i] = EXAMPLES - 1 - static_cast<int>(i);
    auto items = exactly<apus_cuda_gather_item_t>(Arena::MODELS * ITEMS);
    int padded = apus_cuda_padded(FEATURES);
    items[0] = {inputs.get(), STEPS * FEATURES, STEPS, FEATURES, test.arena.matrix(STEPS * ROWS, FEATURES, padded, Fill::OUTPUT), padded};
    items[1] = {targets.get(), CLASSES, 1, CLASSES, test.arena.packed(ROWS * CLASSES, Fill::OUTPUT), CLASSES};
    items[2] = {nullptr, 0, 1, 1, test.arena.packed(ROWS, Fill::OUTPUT), 1};
    for (int item = 0; item < ITEMS; item++) items[ITEMS + item] = items[item];
    for (int model = 0; model < Arena::MODELS; model++) {
        test.control(model).rows = active[model];
        test.control(model).first_index = OTHERS + (model == 0 ? 0 : active[0]);
    }
    test.run("gather", ROWS, ITEMS, 128, apus_cuda_gather_t{test.space, items.get(), indices.get(), ROWS});
    test.arena.check("gather");
    for (int model = 0; model < Arena::MODELS; model++)
        for (unsigned row = 0; row < ROWS; row++)
            if (test.arena.at(model, items[2].to + row) != (row < active[model] ? 1.0f : 0.0f)) throw std::runtime_error("gather: weights of a row");
}
