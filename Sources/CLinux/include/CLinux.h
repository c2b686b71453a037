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

/* Names a thread for debuggers; Linux keeps 15 bytes. */
void clinux_name_thread(pthread_t thread, const char *name);

/* renameat2(2) with RENAME_EXCHANGE: swaps two paths at once. -1 and errno where the file system cannot. */
int clinux_exchange(const char *first, const char *second);

#endif
