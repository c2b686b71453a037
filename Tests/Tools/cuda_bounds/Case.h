#pragma once

// One launch after the other on the same slabs, in a burst that is at its second step.

#include "../../FakeCUDA/Emulator/Registry.h"
#include "Arena.h"
#include "CUDAArguments.h"
#include <memory>
#include <set>

/// The names of the kernels that ran.
extern std::set<std::string> launched;
/// Of lanes, warps and blocks.
extern emulator::Order order;

/// Memory of exactly so many elements, of which the address sanitizer knows the end. Numbers are 0.
template <typename T> std::unique_ptr<T[]> exactly(size_t count) { return std::make_unique<T[]>(count); }

struct Case {
    static constexpr int POSITION = 1, STEPS = 2;
    Arena arena;
    std::unique_ptr<apus_cuda_control_t[]> controls = exactly<apus_cuda_control_t>(Arena::MODELS * STEPS);
    std::unique_ptr<apus_cuda_status_t[]> status = exactly<apus_cuda_status_t>(Arena::MODELS);
    apus_cuda_space_t space = {arena.slab(), Arena::STRIDE, controls.get(), STEPS, status.get()};

    explicit Case(unsigned active_rows = 1) {
        for (int model = 0; model < Arena::MODELS; model++) {
            control(model) = {active_rows, 7, 2, 1e-3f, 0.1f, 0.001f, 1e-7f, 0.01f};
            status[model] = {POSITION, 0};
        }
    }

    apus_cuda_control_t &control(int model) { return controls[model * STEPS + POSITION]; }

    /// Launches a kernel with x by y blocks for each model, and `shared` bytes of dynamic shared memory.
    template <typename Arguments>
    void run(const char *name, unsigned x, unsigned y, unsigned threads, const Arguments &arguments, size_t shared = 0) {
        emulator::launch(name, {dim3(x, y, Arena::MODELS), dim3(threads), shared, order}, arguments);
        launched.insert(name);
    }
};

inline unsigned ceiling(int n, int of) { return static_cast<unsigned>((n + of - 1) / of); }

// The families of kernels, each with odd shapes. They throw what is wrong; the address sanitizer ends the program.
void batches();
void products();
void optimizer();
void rows();
void recurrent();
void sequences();
/// What the sanitizer has to find: a kernel that is told of one feature more than there is.
void mistake();
