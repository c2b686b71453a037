#include "Fiber.h"

#include <new>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef EMULATOR_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef EMULATOR_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace emulator {

#if defined(EMULATOR_ASAN) || defined(EMULATOR_TSAN)
enum { STACK_BYTES = 256 * 1024 };  // sanitizers leave room around each variable
#else
enum { STACK_BYTES = 64 * 1024 };
#endif

#ifdef __x86_64__
// The end is a jump, not a return: a processor predicts that it goes where the last one went, and most fibers go on where the last one did.
// A return would be predicted to go where this fiber was called from.
asm(R"(
    .text
    .p2align 4
    .hidden apus_switch_stack
    .globl apus_switch_stack
    .type apus_switch_stack, @function
apus_switch_stack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    popq %rcx
    jmpq *%rcx
    .size apus_switch_stack, . - apus_switch_stack
)");
enum { ENTRY_WORD = 6, FRAME_WORDS = 8 };
#elif defined(__aarch64__)
asm(R"(
    .text
    .p2align 4
    .hidden apus_switch_stack
    .globl apus_switch_stack
    .type apus_switch_stack, %function
apus_switch_stack:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    br x30
    .size apus_switch_stack, . - apus_switch_stack
)");
enum { ENTRY_WORD = 11, FRAME_WORDS = 20 };
#endif

static void take_stack(Fiber &fiber) {
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    void *memory = mmap(nullptr, guard + STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    if (mprotect(memory, guard, PROT_NONE)) {
        munmap(memory, guard + STACK_BYTES);
        throw std::bad_alloc();
    }
    fiber.stack = static_cast<char *>(memory) + guard;
    fiber.stack_size = STACK_BYTES;
}

void release(Fiber &fiber) {
    if (!fiber.stack) return;
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
#ifdef EMULATOR_ASAN
    __asan_unpoison_memory_region(fiber.stack, fiber.stack_size);
#endif
#ifdef EMULATOR_TSAN
    if (fiber.sanitizer_fiber) __tsan_destroy_fiber(fiber.sanitizer_fiber);
#endif
    munmap(fiber.stack - guard, guard + fiber.stack_size);
    fiber = Fiber();
}

void prepare(Fiber &fiber, unsigned number, void (*entry)()) {
    if (!fiber.stack) take_stack(fiber);
#ifdef EMULATOR_ASAN
    __asan_unpoison_memory_region(fiber.stack, fiber.stack_size);
    fiber.fake_stack = nullptr;
#endif
#ifdef EMULATOR_TSAN
    if (fiber.sanitizer_fiber) __tsan_destroy_fiber(fiber.sanitizer_fiber);
    fiber.sanitizer_fiber = __tsan_create_fiber(0);
#endif
    size_t colour = number * 320 % 8192 & ~(size_t)15;
#ifdef EMULATOR_UCONTEXT
    getcontext(&fiber.context);
    fiber.context.uc_stack = {fiber.stack, 0, fiber.stack_size - colour};
    makecontext(&fiber.context, entry, 0);
#else
    void **frame = reinterpret_cast<void **>(fiber.stack + fiber.stack_size - colour) - FRAME_WORDS;
    for (int i = 0; i < FRAME_WORDS; i++) frame[i] = nullptr;
    frame[ENTRY_WORD] = reinterpret_cast<void *>(entry);
    fiber.stack_pointer = frame;
#endif
}

#ifdef EMULATOR_ASAN
static Fiber *left;  // the fiber that was left last

static void finish_switch(void *fake_stack) {
    const void *bottom;
    size_t size;
    __sanitizer_finish_switch_fiber(fake_stack, &bottom, &size);
    left->stack = static_cast<char *>(const_cast<void *>(bottom));
    left->stack_size = size;
}
#endif

void entered_fiber() {
#ifdef EMULATOR_ASAN
    finish_switch(nullptr);
#endif
}

void adopt(Fiber &fiber) {
    (void)fiber;
#ifdef EMULATOR_TSAN
    fiber.sanitizer_fiber = __tsan_get_current_fiber();
#endif
}

#if defined(EMULATOR_UCONTEXT) || defined(EMULATOR_ASAN) || defined(EMULATOR_TSAN)
void switch_fiber(Fiber &from, Fiber &to) {
#ifdef EMULATOR_ASAN
    left = &from;
    __sanitizer_start_switch_fiber(&from.fake_stack, to.stack, to.stack_size);
#endif
#ifdef EMULATOR_TSAN
    __tsan_switch_to_fiber(to.sanitizer_fiber, 0);
#endif
#ifdef EMULATOR_UCONTEXT
    swapcontext(&from.context, &to.context);
#else
    apus_switch_stack(&from.stack_pointer, to.stack_pointer);
#endif
#ifdef EMULATOR_ASAN
    finish_switch(from.fake_stack);
#endif
}
#endif

}  // namespace emulator
