#pragma once

// Fibers: threads of a kernel, each with a stack of its own, that give way to each other on one thread of the system.

#include <stddef.h>

#if !defined(__x86_64__) && !defined(__aarch64__)
#define EMULATOR_UCONTEXT 1
#include <ucontext.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EMULATOR_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define EMULATOR_TSAN 1
#endif
#endif

#ifndef EMULATOR_UCONTEXT
/// Saves the registers that a function must keep, and the stack pointer to `*saved`; takes those of `next`.
extern "C" __attribute__((visibility("hidden"))) void apus_switch_stack(void **saved, void *next);
#endif

namespace emulator {

/// One fiber; that of a system's thread has no stack of ours.
struct Fiber {
#ifdef EMULATOR_UCONTEXT
    ucontext_t context;
#else
    void *stack_pointer = nullptr;  // while it does not run; the registers lie there
#endif
    char *stack = nullptr;  // its lowest address
    size_t stack_size = 0;
#ifdef EMULATOR_ASAN
    void *fake_stack = nullptr;
#endif
#ifdef EMULATOR_TSAN
    void *sanitizer_fiber = nullptr;
#endif
};

/// Makes `fiber` begin in `entry`, which must not return. Takes a stack from the system the first time; `number` varies where in its page
/// the stack begins, so that the stacks of a block do not meet in the same lines of the cache. Throws std::bad_alloc.
void prepare(Fiber &fiber, unsigned number, void (*entry)());

/// Gives the stack of a fiber that does not run back to the system.
void release(Fiber &fiber);

#if defined(EMULATOR_UCONTEXT) || defined(EMULATOR_ASAN) || defined(EMULATOR_TSAN)
/// Goes on with `to`; returns when another fiber goes on with `from`.
void switch_fiber(Fiber &from, Fiber &to);
#else
inline void switch_fiber(Fiber &from, Fiber &to) { apus_switch_stack(&from.stack_pointer, to.stack_pointer); }
#endif

/// To be called first in the entry of a fiber.
void entered_fiber();

/// To be called by the fiber of a system's thread before it switches.
void adopt(Fiber &fiber);

}  // namespace emulator
