/* Calling the code of a cell so that a trap, a thrown error or an interrupt comes back here. */
#ifndef CSWIFTCELLS_H
#define CSWIFTCELLS_H

#include <pthread.h>
#include <stddef.h>

enum {
    CSWIFTCELLS_ENDED = 0,       /* it returned */
    CSWIFTCELLS_THREW = 1,       /* `error` is a Swift error that the caller owns */
    CSWIFTCELLS_TRAPPED = 2,     /* by `signal` */
    CSWIFTCELLS_INTERRUPTED = 3, /* by cswiftcells_interrupt */
};

enum { CSWIFTCELLS_FRAMES = 64 };

typedef struct {
    int kind;
    int signal;
    void *error;
    /* Where it was, innermost first: addresses of instructions. */
    int frame_count;
    void *frames[CSWIFTCELLS_FRAMES];
} cswiftcells_end;

/* Installs the signal handlers, for the thread that calls it: the only one that may run cells. 0, or an errno. */
int cswiftcells_prepare(void);

/* Says where the code of a loaded cell lies: in the library of a handle of dlopen(3). Only there a cell is interrupted: elsewhere it may hold a
   lock. */
void cswiftcells_add_library(void *handle);

/* Whether an instruction is a cell's. */
int cswiftcells_is_cell_code(const void *address);

/* The path of the library or program to which an address belongs, and where that begins in memory; NULL when it belongs to none. */
const char *cswiftcells_library_of(const void *address, const void **base);

/* Of the Swift runtime: the readable form of a symbol, to be freed; NULL for a symbol that is not Swift's. */
char *swift_demangle(const char *symbol, size_t length, char *buffer, size_t *buffer_size, unsigned flags);

/* Runs what waits on the main queue, as an event loop does; on the main thread only. */
void cswiftcells_drain_main_queue(void);

/* Readable when something waits on the main queue. */
int cswiftcells_main_queue_descriptor(void);

/* Until it is called with 0, a trap ends the process: the concurrency runtime cannot be left in the middle of a task. */
void cswiftcells_set_in_task(int is_in_task);
int cswiftcells_is_in_task(void);

/* Runs the entry point of a cell. What it had on its stack when it trapped or was interrupted is never released. */
cswiftcells_end cswiftcells_run(int (*entry)(int, char **));

/* Stops the running cell if it is in code of a cell just now; to be called, from any thread, until the cell has ended. */
void cswiftcells_interrupt(void);

#endif
