/* Linux file descriptors that Swift's Glibc module does not export. */
#ifndef CLINUX_H
#define CLINUX_H

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

/* An eventfd(2) counter: readable while it is not zero; never blocks, closed on exec. -1 and errno on failure. */
int clinux_eventfd(void);

/* A signalfd(2) that becomes readable when one of the signals, which the caller has blocked, arrives. */
int clinux_signalfd(const sigset_t *signals);

/* The number of the next signal that `descriptor` holds, 0 when there is none. */
int clinux_next_signal(int descriptor);

/* A pidfd_open(2) that becomes readable when the process ends. -1 and errno where the kernel or the process is not there. */
int clinux_pidfd(pid_t process);

/* What a child process of the same program gets as its first file descriptors. */
typedef struct {
    int socket;        /* becomes 3 */
    int output[2];     /* a pipe: its end for writing becomes 1, the other one 4 */
    int errors[2];     /* a pipe: its end for writing becomes 2, the other one 5 */
} clinux_child_files;

/* posix_spawn(3) of `path` in `folder`, or where this process is when that is NULL: standard input is empty, the descriptors are those of
   `files` and no others, SIGINT, SIGTERM and SIGHUP are blocked and everything else about signals is as for a new program. 0 and the
   child's number in `child`, or an errno. */
int clinux_spawn(
    const char *path, char *const *arguments, char *const *environment, const char *folder, clinux_child_files files, pid_t *child);

/* Starts the program `path`, which serves this process over its standard input and output: `input` is where this process writes, `output`
   where it reads, neither of them blocks. The program's errors go nowhere, it has no other descriptors, a process group of its own so that
   Ctrl-C in a terminal does not reach it, and is killed when the calling thread ends. posix_spawn(3) cannot do the last. 0, or an errno; a
   program that cannot be run ends at once with status 127. */
int clinux_spawn_service(
    const char *path, char *const *arguments, char *const *environment, int *input, int *output, pid_t *child);

/* Has this process killed when the thread that started it ends. */
void clinux_die_with_parent(void);

/* Lets SIGINT, SIGTERM and SIGHUP pass without effect; programs that this process starts get them as usual. */
void clinux_ignore_termination(void);

/* Writes what C programs print to standard output at the end of each line, as on a terminal. */
void clinux_buffer_lines(void);

/* Writes what C's standard output still holds back. */
void clinux_flush_output(void);

/* A connected pair of Unix stream sockets, closed on exec. 0, or -1 and errno. */
int clinux_socket_pair(int pair[2]);

/* A pipe(2) that is closed on exec and whose end for reading never blocks. 0, or -1 and errno. */
int clinux_pipe(int ends[2]);

/* Waits for the end of a child: its wait status in `status`, the most memory it had in KiB in `peak`. 0, or an errno. */
int clinux_reap(pid_t child, int *status, long *peak);

/* Names a thread for debuggers; Linux keeps 15 bytes. */
void clinux_name_thread(pthread_t thread, const char *name);

/* sync_file_range(2): hands a range of a file to the disk, and waits until it is there unless `only_begin`. Without effect where the file
   system cannot; data only, so that fsync(2) has still its own to do. */
void clinux_write_back(int descriptor, off_t offset, off_t count, int only_begin);

/* Lets all threads allocate from one heap. Else every thread gets one of its own, with its own free memory, of which
   clinux_return_free_memory returns less. To be called before there are other threads. */
void clinux_use_one_heap(void);

/* Gives the memory that this process has freed back to the system, wherever it lies between what is in use. */
void clinux_return_free_memory(void);

/* renameat2(2) with RENAME_EXCHANGE: swaps two paths at once. -1 and errno where the file system cannot. */
int clinux_exchange(const char *first, const char *second);

#endif
