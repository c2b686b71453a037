#include "CZeroMQ.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

/* Result, name, parameters and arguments of every function that is used. */
#define FUNCTIONS(FUNCTION) \
    FUNCTION(void *, zmq_ctx_new, (void), ()) \
    FUNCTION(int, zmq_ctx_term, (void *context), (context)) \
    FUNCTION(int, zmq_errno, (void), ()) \
    FUNCTION(const char *, zmq_strerror, (int number), (number)) \
    FUNCTION(int, zmq_has, (const char *capability), (capability)) \
    FUNCTION(void *, zmq_socket, (void *context, int type), (context, type)) \
    FUNCTION(int, zmq_close, (void *socket), (socket)) \
    FUNCTION(int, zmq_bind, (void *socket, const char *endpoint), (socket, endpoint)) \
    FUNCTION(int, zmq_connect, (void *socket, const char *endpoint), (socket, endpoint)) \
    FUNCTION(int, zmq_setsockopt, (void *socket, int option, const void *value, size_t size), (socket, option, value, size)) \
    FUNCTION(int, zmq_getsockopt, (void *socket, int option, void *value, size_t *size), (socket, option, value, size)) \
    FUNCTION(int, zmq_send, (void *socket, const void *bytes, size_t count, int flags), (socket, bytes, count, flags)) \
    FUNCTION(int, zmq_recv, (void *socket, void *bytes, size_t count, int flags), (socket, bytes, count, flags)) \
    FUNCTION(int, zmq_msg_init, (zmq_msg_t *message), (message)) \
    FUNCTION(int, zmq_msg_init_data, (zmq_msg_t *message, void *bytes, size_t count, zmq_free_fn *release, void *hint), \
             (message, bytes, count, release, hint)) \
    FUNCTION(int, zmq_msg_send, (zmq_msg_t *message, void *socket, int flags), (message, socket, flags)) \
    FUNCTION(int, zmq_msg_recv, (zmq_msg_t *message, void *socket, int flags), (message, socket, flags)) \
    FUNCTION(int, zmq_msg_close, (zmq_msg_t *message), (message)) \
    FUNCTION(void *, zmq_msg_data, (zmq_msg_t *message), (message)) \
    FUNCTION(size_t, zmq_msg_size, (const zmq_msg_t *message), (message)) \
    FUNCTION(int, zmq_msg_more, (const zmq_msg_t *message), (message)) \
    FUNCTION(int, zmq_curve_keypair, (char *public_key, char *secret_key), (public_key, secret_key))

static struct {
#define MEMBER(result, name, parameters, arguments) result(*name) parameters;
    FUNCTIONS(MEMBER)
#undef MEMBER
} library;

static char failure[256];

static void load(void) {
    void *handle = dlopen("libzmq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        snprintf(failure, sizeof failure, "%s", dlerror());
        return;
    }
#define LOOK_UP(result, name, parameters, arguments) \
    if (!(library.name = (result(*) parameters)dlsym(handle, #name))) snprintf(failure, sizeof failure, "libzmq.so.5 has no function %s", #name);
    FUNCTIONS(LOOK_UP)
#undef LOOK_UP
}

const char *czeromq_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return failure[0] ? failure : NULL;
}

#define FORWARD(result, name, parameters, arguments) \
    result name parameters { return library.name arguments; }
FUNCTIONS(FORWARD)
