#include "Scheduler.h"

#include "Fiber.h"
#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <span>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <vector>

/// The bounds of the section of `__shared__` variables, made by the linker; absent in a library without such variables.
extern "C" __attribute__((weak, visibility("hidden"))) char __start_apus_shared[], __stop_apus_shared[];

namespace emulator {

struct Warp;

struct Thread : Place {
    Fiber fiber;
    Warp *warp = nullptr;
    bool odd = false;  // whether its next warp operation uses the second set of values
};

struct Warp {
    Thread *order[WARP_LANES];
    int lanes;                                 // that exist
    int waiting = 0;                           // lanes at the warp operation
    Operation operation;                       // that the first of them came to,
    int argument;                              // with its argument
    unsigned long long values[2][WARP_LANES];  // two sets: a lane may come to the next operation before another has read
};

struct Block {
    const Launch *launch;
    void (*kernel)(const void *);
    const void *arguments;
    Thread host;  // the system's thread
    std::vector<Warp> warps;
    std::vector<int> warp_order;
    size_t warp_number;  // in the order
    Thread **next, **last;  // lanes of the running warp that have not run yet
    int threads, waiting, ended;
    bool combined, predicate;   // of the barrier
    unsigned long long result;  // of the last one
    char failure[256];
};

const Place *place;
Grid grid;
void *dynamic_shared;

static Thread all_threads[MAXIMUM_THREADS];
static int prepared;  // fibers that wait for a kernel to run
static Block block;

static Thread &current() { return static_cast<Thread &>(const_cast<Place &>(*place)); }

static void go_on(Thread &from, Thread &to) {
    place = &to;
    switch_fiber(from.fiber, to.fiber);
}

/// Gives up the block, with a text as printf makes it after "`what` in block (x,y,z)". Does not return to the kernel: its fibers are left
/// where they are, so nothing on their stacks may own memory.
[[noreturn]] static __attribute__((format(printf, 2, 3))) void fail(const char *what, const char *format, ...) {
    auto &b = grid.block;
    int length = snprintf(block.failure, sizeof block.failure, "%s in block (%u,%u,%u)", what, b.x, b.y, b.z);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(block.failure + length, sizeof block.failure - (size_t)length, format, arguments);
    va_end(arguments);
    prepared = 0;
    go_on(current(), block.host);
    __builtin_unreachable();
}

static const char *name(Operation operation) {
    switch (operation) {
    case SYNCHRONIZE_WARP: return "__syncwarp";
    case SHUFFLE: return "shuffle";
    case SHUFFLE_XOR: return "shuffle_xor";
    }
}

static void begin_pass(Warp &warp) {
    block.next = warp.order;
    block.last = warp.order + warp.lanes;
}

/// Every lane of the running warp waits or has ended: the first thread to run next, or the system's thread when the block has ended.
static Thread *next_pass() {
    Warp &warp = block.warps[block.warp_order[block.warp_number]];
    if (warp.waiting == warp.lanes) {
        warp.waiting = 0;
        begin_pass(warp);
        return *block.next++;
    }
    if (warp.waiting > 0) {
        fail(name(warp.operation), ": %d of %d lanes of a warp wait, the others are at a barrier or have ended", warp.waiting, warp.lanes);
    }
    if (++block.warp_number == block.warps.size()) {
        if (block.ended == block.threads) return &block.host;
        if (block.waiting < block.threads) {
            fail("barrier", ": %d threads wait, %d of %d have ended", block.waiting, block.ended, block.threads);
        }
        block.waiting = 0;
        block.result = block.predicate;
        block.warp_number = 0;
    }
    begin_pass(block.warps[block.warp_order[block.warp_number]]);
    return *block.next++;
}

static Turn give_way(const unsigned long long *result) {
    Thread &self = current();
    Thread &next = block.next != block.last ? **block.next++ : *next_pass();
    place = &next;
    return {&self.fiber, &next.fiber, result};
}

Turn reach_barrier(bool combined, bool predicate) {
    if (block.waiting == 0) {
        block.combined = combined;
        block.predicate = false;
    }
    if (block.combined != combined) fail("barrier", ": some threads are at __syncthreads, others at __syncthreads_or");
    block.predicate |= predicate;
    block.waiting++;
    return give_way(&block.result);
}

Turn reach_exchange(Operation operation, int argument, unsigned long long value, int source) {
    Thread &self = current();
    Warp &warp = *self.warp;
    if (warp.waiting == 0) {
        warp.operation = operation;
        warp.argument = argument;
    }
    if (warp.operation != operation || warp.argument != argument) {
        fail("lanes of a warp", " are at different operations: %s (%d) and %s (%d)", name(warp.operation), warp.argument, name(operation), argument);
    }
    if (source < 0 || source >= warp.lanes) {
        fail(name(operation), " reads lane %d of a warp of %d", source, warp.lanes);
    }
    auto &values = warp.values[self.odd];
    self.odd = !self.odd;
    values[self.lane] = value;
    warp.waiting++;
    return give_way(&values[source]);
}

/// A fiber runs a thread of a block, then waits for the next block.
static void run_threads() {
    entered_fiber();
    for (;;) {
        block.kernel(block.arguments);
        block.ended++;
        wait(give_way(&block.result));
    }
}

static void make_block(const Launch &launch) {
    block.threads = (int)(launch.threads.x * launch.threads.y * launch.threads.z);
    if (block.threads < 1 || block.threads > MAXIMUM_THREADS) throw Failure("a block of " + std::to_string(block.threads) + " threads");
    block.warps.assign((block.threads + WARP_LANES - 1) / WARP_LANES, {});
    block.warp_order.resize(block.warps.size());
    std::iota(block.warp_order.begin(), block.warp_order.end(), 0);
    for (int i = 0; i < block.threads; i++) {
        Thread &thread = all_threads[i];
        unsigned x = launch.threads.x, y = launch.threads.y, n = (unsigned)i;
        thread.index = {n % x, n / x % y, n / x / y};
        thread.lane = i % WARP_LANES;
        thread.odd = false;
        thread.warp = &block.warps[i / WARP_LANES];
        thread.warp->order[thread.lane] = &thread;
        thread.warp->lanes = thread.lane + 1;
    }
    for (; prepared < block.threads; prepared++) prepare(all_threads[prepared].fiber, (unsigned)prepared, run_threads);
}

/// Where the first block of a launch has left something in the `__shared__` variables of all kernels.
static std::span<char> written(std::span<char> variables) {
    auto is_written = [](char byte) { return byte != (char)0xFF; };
    auto first = std::find_if(variables.begin(), variables.end(), is_written);
    auto last = std::find_if(variables.rbegin(), std::make_reverse_iterator(first), is_written).base();
    return {first, last};
}

static void fill_with_nan(std::span<char> memory) {
    if (!memory.empty()) memset(memory.data(), 0xFF, memory.size());
}

static void run_block() {
    block.waiting = block.ended = 0;
    block.failure[0] = 0;
    block.warp_number = 0;
    begin_pass(block.warps[block.warp_order[0]]);
    go_on(block.host, **block.next++);
    if (block.failure[0]) throw Failure(block.failure);
}

void run(const Launch &launch, void (*kernel)(const void *), const void *arguments) {
    make_block(launch);
    std::unique_ptr<void, decltype(&free)> shared(malloc(launch.shared_bytes), free);
    if (!shared && launch.shared_bytes) throw std::bad_alloc();
    block.launch = &launch;
    block.kernel = kernel;
    block.arguments = arguments;
    dynamic_shared = shared.get();
    grid = {{}, launch.threads, launch.blocks};
    adopt(block.host.fiber);

    auto &kind = launch.order.kind;
    std::mt19937_64 random(launch.order.seed);
    if (kind == Order::REVERSED) {
        std::reverse(block.warp_order.begin(), block.warp_order.end());
        for (auto &warp : block.warps) std::reverse(warp.order, warp.order + warp.lanes);
    }
    unsigned long long x = launch.blocks.x, y = launch.blocks.y, count = x * y * launch.blocks.z;
    unsigned long long offset = kind == Order::RANDOM ? random() % count : 0;
    std::span<char> variables;  // of all kernels before the first block, then those of this one: to fill less
    if (__start_apus_shared) variables = {__start_apus_shared, __stop_apus_shared};
    for (unsigned long long i = 0; i < count; i++) {
        fill_with_nan(variables);
        fill_with_nan({static_cast<char *>(dynamic_shared), launch.shared_bytes});
        unsigned long long n = kind == Order::REVERSED ? count - 1 - i : (i + offset) % count;
        grid.block = {(unsigned)(n % x), (unsigned)(n / x % y), (unsigned)(n / x / y)};
        if (kind == Order::RANDOM) {
            std::shuffle(block.warp_order.begin(), block.warp_order.end(), random);
            for (auto &warp : block.warps) std::shuffle(warp.order, warp.order + warp.lanes, random);
        }
        run_block();
        if (i == 0) variables = written(variables);
    }
}

void release() {
    for (Thread &thread : all_threads) release(thread.fiber);
    prepared = 0;
}

}  // namespace emulator
