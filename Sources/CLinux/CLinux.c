#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int clinux_signalfd(const sigset_t *signals) { return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK); }

int clinux_next_signal(int descriptor) {
    struct signalfd_siginfo information;
    ssize_t length = read(descriptor, &information, sizeof information);
    return length == sizeof information ? (int)information.ssi_signo : 0;
}

int clinux_pidfd(pid_t process) {
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, process, 0);
#else
    (void)process;
    return -1;
#endif
}

/* From a terminal these go to every process of the group; the parent decides what they mean. */
static sigset_t termination(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    return signals;
}

int clinux_spawn(
    const char *path, char *const *arguments, char *const *environment, const char *folder, clinux_child_files files, pid_t *child) {
    /* First to numbers that none of the targets has, so that no copy overwrites a descriptor that is still needed. */
    enum { first = 3, count = 5, above = 100 };
    const int sources[count] = {files.socket, files.output[0], files.errors[0], files.output[1], files.errors[1]};
    const int targets[count] = {3, 4, 5, 1, 2};
    int copies[count] = {-1, -1, -1, -1, -1};
    int failure = 0;
    for (int i = 0; i < count && !failure; i++) {
        copies[i] = fcntl(sources[i], F_DUPFD_CLOEXEC, above);
        if (copies[i] < 0) failure = errno;
    }
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (!failure) failure = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    for (int i = 0; i < count && !failure; i++) failure = posix_spawn_file_actions_adddup2(&actions, copies[i], targets[i]);
    if (!failure) failure = posix_spawn_file_actions_addclosefrom_np(&actions, first + 3);
    if (!failure && folder) failure = posix_spawn_file_actions_addchdir_np(&actions, folder);
    sigset_t blocked = termination(), all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &blocked);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!failure) failure = posix_spawn(child, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    for (int i = 0; i < count; i++) {
        if (copies[i] >= 0) close(copies[i]);
    }
    return failure;
}

/* Runs between vfork(2) and execve(2), on the memory of the parent: it calls the system and changes nothing else. */
static void become_service(const char *path, char *const *arguments, char *const *environment, int input, int output, pid_t parent) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &usual, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* The parent may be gone before that. */
    if (getppid() != parent) _exit(127);
    setpgid(0, 0);
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(nothing, 2) < 0) _exit(127);
    syscall(SYS_close_range, 3, ~0U, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(path, arguments, environment);
    _exit(127);
}

int clinux_spawn_service(const char *path, char *const *arguments, char *const *environment, int *input, int *output, pid_t *child) {
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    if (pipe2(in, O_CLOEXEC) != 0) return errno;
    if (pipe2(out, O_CLOEXEC) != 0) {
        int failure = errno;
        close(in[0]), close(in[1]);
        return failure;
    }
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    /* No handler of this process may run in the child. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t parent = getpid();
    *child = vfork();
    if (*child == 0) become_service(path, arguments, environment, in[0], out[1], parent);
    int failure = *child < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(in[0]), close(out[1]);
    if (failure) {
        close(in[1]), close(out[0]);
        return failure;
    }
    *input = in[1];
    *output = out[0];
    return 0;
}

void clinux_die_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL); }

static void pass(int signal) { (void)signal; }

void clinux_ignore_termination(void) {
    /* A handler, not SIG_IGN, because exec(2) resets handlers only. */
    struct sigaction action = {.sa_handler = pass, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigset_t signals = termination();
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

void clinux_buffer_lines(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

void clinux_flush_output(void) { fflush(stdout); }

int clinux_socket_pair(int pair[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair); }

int clinux_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

int clinux_reap(pid_t child, int *status, long *peak) {
    struct rusage usage;
    pid_t reaped;
    do {
        reaped = wait4(child, status, 0, &usage);
    } while (reaped < 0 && errno == EINTR);
    if (reaped < 0) return errno;
    *peak = usage.ru_maxrss;
    return 0;
}

void clinux_name_thread(pthread_t thread, const char *name) { pthread_setname_np(thread, name); }

void clinux_write_back(int descriptor, off_t offset, off_t count, int only_begin) {
    unsigned wait = only_begin ? 0 : SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WAIT_AFTER;
    sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE | wait);
}

void clinux_use_one_heap(void) { mallopt(M_ARENA_MAX, 1); }

void clinux_return_free_memory(void) { malloc_trim(0); }

int clinux_exchange(const char *first, const char *second) {
    return renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE);
}
