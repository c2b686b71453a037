#define _GNU_SOURCE
#include "CSwiftCells.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

/* A signal handler knows nothing but what is static. One thread runs cells, one cell at a time. */
static pthread_t cell_thread;
static sigjmp_buf return_point;
/* Where the stack of the cell begins; nothing beyond is followed. */
static uintptr_t stack_base;
static cswiftcells_end cell_end;
static volatile sig_atomic_t is_running;
static volatile sig_atomic_t is_interrupt_wanted;
static volatile sig_atomic_t is_in_task;

typedef struct { uintptr_t start, end; } code_range;
static code_range *ranges;
static volatile size_t range_count;
static size_t range_capacity;

static const int trap_signals[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
enum { TRAP_COUNT = sizeof trap_signals / sizeof *trap_signals };
enum { ALTERNATE_STACK = 256 << 10 };

static int interrupt_signal(void) { return SIGRTMIN + 3; }

static int is_cell_code(uintptr_t address) {
    for (size_t i = 0; i < range_count; i++)
        if (address >= ranges[i].start && address < ranges[i].end) return 1;
    return 0;
}

static void position(const ucontext_t *context, uintptr_t *instruction, uintptr_t *frame) {
#if defined(__x86_64__)
    *instruction = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
    *frame = (uintptr_t)context->uc_mcontext.gregs[REG_RBP];
#elif defined(__aarch64__)
    *instruction = (uintptr_t)context->uc_mcontext.pc;
    *frame = (uintptr_t)context->uc_mcontext.regs[29];
#else
    *instruction = 0;
    *frame = 0;
#endif
}

/* Follows the chain of frame pointers, which is Swift's calling convention, as long as it looks like one. */
static void walk(const ucontext_t *context, uintptr_t stack) {
    uintptr_t instruction, frame;
    position(context, &instruction, &frame);
    cell_end.frame_count = 0;
    while (instruction && cell_end.frame_count < CSWIFTCELLS_FRAMES) {
        cell_end.frames[cell_end.frame_count++] = (void *)instruction;
        if (frame < stack || frame >= stack_base || frame % sizeof(void *)) return;
        const uintptr_t *pair = (const uintptr_t *)frame;
        instruction = pair[1];
        if (pair[0] <= frame) return;
        frame = pair[0];
    }
}

static void handle(int signal, siginfo_t *info, void *pointer) {
    (void)info;
    const ucontext_t *context = pointer;
    int is_interrupt = signal == interrupt_signal();
    if (!is_running || is_in_task || !pthread_equal(pthread_self(), cell_thread)) {
        if (is_interrupt) return;
        /* Not ours: let it end the process, as it would have without us. */
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigaction(signal, &standard, NULL);
        return;
    }
    uintptr_t instruction, frame;
    position(context, &instruction, &frame);
    if (is_interrupt && !(is_interrupt_wanted && is_cell_code(instruction))) return;
    cell_end.kind = is_interrupt ? CSWIFTCELLS_INTERRUPTED : CSWIFTCELLS_TRAPPED;
    cell_end.signal = signal;
#if defined(__x86_64__)
    walk(context, (uintptr_t)context->uc_mcontext.gregs[REG_RSP]);
#elif defined(__aarch64__)
    walk(context, (uintptr_t)context->uc_mcontext.sp);
#endif
    siglongjmp(return_point, 1);
}

int cswiftcells_prepare(void) {
    cell_thread = pthread_self();
    /* A stack that has overflown cannot hold the handler. */
    stack_t stack = {.ss_size = ALTERNATE_STACK};
    stack.ss_sp = mmap(NULL, stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL)) return errno;
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    for (int i = 0; i < TRAP_COUNT; i++)
        if (sigaction(trap_signals[i], &action, NULL)) return errno;
    return sigaction(interrupt_signal(), &action, NULL) ? errno : 0;
}

static void add_code(uintptr_t start, uintptr_t end) {
    if (range_count == range_capacity) {
        /* The old table stays: a handler may be reading it. */
        size_t capacity = range_capacity ? 2 * range_capacity : 64;
        code_range *larger = malloc(capacity * sizeof *larger);
        if (!larger) return;
        if (range_count) memcpy(larger, ranges, range_count * sizeof *larger);
        ranges = larger;
        range_capacity = capacity;
    }
    ranges[range_count] = (code_range){start, end};
    range_count++;
}

void cswiftcells_add_library(void *handle) {
    struct link_map *map;
    if (dlinfo(handle, RTLD_DI_LINKMAP, &map)) return;
    const char *base = (const char *)map->l_addr;
    const ElfW(Ehdr) *header = (const void *)base;
    const ElfW(Phdr) *segments = (const void *)(base + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD && segments[i].p_flags & PF_X)
            add_code((uintptr_t)base + segments[i].p_vaddr, (uintptr_t)base + segments[i].p_vaddr + segments[i].p_memsz);
}

int cswiftcells_is_cell_code(const void *address) { return is_cell_code((uintptr_t)address); }

const char *cswiftcells_library_of(const void *address, const void **base) {
    Dl_info information;
    if (!dladdr(address, &information)) return NULL;
    *base = information.dli_fbase;
    return information.dli_fname;
}

void cswiftcells_set_in_task(int value) { is_in_task = value; }

int cswiftcells_is_in_task(void) { return is_in_task; }

/* libdispatch has these for the event loop of Foundation; every platform's CFRunLoop calls them. */
extern void _dispatch_main_queue_callback_4CF(void *);
extern int _dispatch_get_main_queue_handle_4CF(void);

void cswiftcells_drain_main_queue(void) { _dispatch_main_queue_callback_4CF(NULL); }

int cswiftcells_main_queue_descriptor(void) { return _dispatch_get_main_queue_handle_4CF(); }

cswiftcells_end cswiftcells_run(int (*entry)(int, char **)) {
    char name[] = "cell";
    char *arguments[] = {name, NULL};
    memset(&cell_end, 0, sizeof cell_end);
    is_interrupt_wanted = 0;
    stack_base = (uintptr_t)__builtin_frame_address(0);
    if (sigsetjmp(return_point, 1) == 0) {
        is_running = 1;
        entry(1, arguments);
    }
    is_running = 0;
    is_interrupt_wanted = 0;
    return cell_end;
}

void cswiftcells_interrupt(void) {
    is_interrupt_wanted = 1;
    if (is_running) pthread_kill(cell_thread, interrupt_signal());
}

/* Cells are linked with --wrap=swift_errorInMain: where a program would end with an uncaught error, a cell comes back. */
void __wrap_swift_errorInMain(void *error);
void __wrap_swift_errorInMain(void *error) {
    cell_end.kind = CSWIFTCELLS_THREW;
    cell_end.error = error;
    siglongjmp(return_point, 1);
}
