/* ZeroMQ's own interface, for a library that is loaded when it is first used: only kernels have sockets, and whatever else the program
   does neither needs the library nor pays for it. */
#ifndef CZEROMQ_H
#define CZEROMQ_H

#include <zmq.h>

/* Loads the library. NULL, or why there is none. To be called before any function of it, from any thread and as often as one likes. */
const char *czeromq_load(void);

#endif
