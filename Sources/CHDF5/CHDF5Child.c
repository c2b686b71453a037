// The child process in which a file is read, and what its parent makes of its end.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CHDF5Decode.h"

static void limit(int resource, rlim_t value) {
    struct rlimit limits;
    if (getrlimit(resource, &limits) != 0) return;
    if (limits.rlim_max == RLIM_INFINITY || limits.rlim_max > value) limits.rlim_max = value;
    limits.rlim_cur = limits.rlim_max;
    setrlimit(resource, &limits);
}

/// What is mapped already, in bytes, or 0 when that is not known.
static rlim_t mapped_bytes(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    if (!file) return 0;
    if (fscanf(file, "%lu", &pages) != 1) pages = 0;
    fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/// Takes away what a parser that was taken over could use, and the parent's way to report crashes.
static void confine(chdf5_limits limits) {
    const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGALRM, SIGPIPE, SIGTERM};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) signal(fatal[i], SIG_DFL);
    signal(SIGINT, SIG_IGN);  // From a terminal it goes to every process; the parent decides.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    alarm(limits.seconds);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    rlim_t mapped = mapped_bytes();
    if (mapped > 0) limit(RLIMIT_AS, mapped + 4 * limits.recordBytes + ((rlim_t)1 << 28));
}

/// Only this file descriptor stays open, as number 3; what the C library prints when it aborts goes nowhere.
static void keep_only(int output) {
    int null = open("/dev/null", O_RDWR);
    for (int standard = 0; standard <= 2; standard++) {
        if (null >= 0) dup2(null, standard);
    }
    dup2(output, 3);
    close_range(4, ~0u, 0);
}

static void read_in_child(const library_t *library, const char *path, const char *const *members, chdf5_limits limits, int output) {
    keep_only(output);
    confine(limits);
    decoder_t *decoder = calloc(1, sizeof *decoder);
    if (!decoder) _exit(1);
    decoder->library = library;
    decoder->members = members;
    decoder->limits = limits;
    decoder->output = 3;
    chdf5_decode_file(decoder, path);
    _exit(0);  // Not exit: what the parent registered for its own end must not run here.
}

/// Everything that comes through the pipe; -1 when it is more than `maximum` bytes or there is no memory for it.
static int read_to_end(int input, uint64_t maximum, uint8_t **bytes, size_t *count) {
    size_t capacity = 1 << 16;
    *count = 0;
    *bytes = malloc(capacity);
    while (*bytes) {
        if (*count == capacity) {
            uint8_t *larger = capacity < maximum ? realloc(*bytes, capacity *= 2) : NULL;
            if (!larger) return -1;
            *bytes = larger;
        }
        ssize_t part = read(input, *bytes + *count, capacity - *count);
        if (part == 0) return 0;
        if (part < 0 && errno != EINTR) return -1;
        if (part > 0) *count += (size_t)part;
    }
    return -1;
}

static void describe_end(int status, chdf5_limits limits, char *message, size_t capacity) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        snprintf(message, capacity, "the HDF5 library was still busy with it after %u seconds", limits.seconds);
    } else if (WIFSIGNALED(status)) {
        snprintf(message, capacity, "the HDF5 library crashed on it (signal %d)", WTERMSIG(status));
    } else {
        snprintf(message, capacity, "the process that reads it ended with status %d", WIFEXITED(status) ? WEXITSTATUS(status) : status);
    }
}

uint8_t *chdf5_decode(
    const chdf5_library *library, const char *path, const char *const *members, chdf5_limits limits, size_t *count, char *message,
    size_t capacity
) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        snprintf(message, capacity, "no pipe: %s", strerror(errno));
        return NULL;
    }
    // Not while another thread is inside the library: the child would inherit half of a change.
    pthread_mutex_lock(&chdf5_lock);
    pid_t child = fork();
    if (child == 0) read_in_child(library, path, members, limits, ends[1]);
    pthread_mutex_unlock(&chdf5_lock);
    close(ends[1]);
    if (child < 0) {
        snprintf(message, capacity, "no process: %s", strerror(errno));
        close(ends[0]);
        return NULL;
    }
    uint8_t *bytes = NULL;
    int failed = read_to_end(ends[0], limits.recordBytes + (1 << 16), &bytes, count);
    close(ends[0]);
    if (failed) kill(child, SIGKILL);
    int status = 0, reaped;
    do { reaped = waitpid(child, &status, 0); } while (reaped < 0 && errno == EINTR);
    // A program that ignores SIGCHLD gets no status; the end of the records then tells whether the child got there.
    if (!failed && (reaped < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0))) return bytes;
    if (failed) {
        snprintf(message, capacity, "it does not fit into memory");
    } else {
        describe_end(status, limits, message, capacity);
    }
    free(bytes);
    return NULL;
}
