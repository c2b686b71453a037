#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/// CURLMsg: what the library says about an exchange.
typedef struct {
    int kind;
    void *easy;
    union {
        void *unused;
        int result;
    } data;
} message_t;

enum { MESSAGE_DONE = 1, GLOBAL_DEFAULT = 3 };

/* Result, name and parameters of every function that is used. */
#define FUNCTIONS(FUNCTION) \
    FUNCTION(int, curl_global_init, (long flags)) \
    FUNCTION(char *, curl_version, (void)) \
    FUNCTION(void *, curl_easy_init, (void)) \
    FUNCTION(void, curl_easy_cleanup, (void *easy)) \
    FUNCTION(void, curl_easy_reset, (void *easy)) \
    FUNCTION(int, curl_easy_setopt, (void *easy, int option, ...)) \
    FUNCTION(const char *, curl_easy_strerror, (int result)) \
    FUNCTION(void *, curl_slist_append, (void *list, const char *line)) \
    FUNCTION(void, curl_slist_free_all, (void *list)) \
    FUNCTION(void *, curl_multi_init, (void)) \
    FUNCTION(int, curl_multi_cleanup, (void *multi)) \
    FUNCTION(int, curl_multi_add_handle, (void *multi, void *easy)) \
    FUNCTION(int, curl_multi_remove_handle, (void *multi, void *easy)) \
    FUNCTION(int, curl_multi_perform, (void *multi, int *running)) \
    FUNCTION(int, curl_multi_poll, (void *multi, void *extra, unsigned count, int milliseconds, int *ready)) \
    FUNCTION(message_t *, curl_multi_info_read, (void *multi, int *left)) \
    FUNCTION(void *, curl_url, (void)) \
    FUNCTION(void, curl_url_cleanup, (void *url)) \
    FUNCTION(int, curl_url_set, (void *url, int part, const char *text, unsigned flags)) \
    FUNCTION(int, curl_url_get, (void *url, int part, char **text, unsigned flags)) \
    FUNCTION(void, curl_free, (void *memory))

struct ccurl_library {
#define MEMBER(result, name, parameters) result(*name) parameters;
    FUNCTIONS(MEMBER)
#undef MEMBER
};

static int look_up(ccurl_library *library, void *handle, const char **missing) {
#define LOOK_UP(result, name, parameters) \
    if (!(library->name = (result(*) parameters)dlsym(handle, #name))) { *missing = #name; return -1; }
    FUNCTIONS(LOOK_UP)
#undef LOOK_UP
    return 0;
}

ccurl_library *ccurl_load(const char *const *candidates, char *message, size_t capacity) {
    ccurl_library *library = calloc(1, sizeof *library);
    snprintf(message, capacity, "there is not enough memory");
    for (; library && *candidates; candidates++) {
        void *handle = dlopen(*candidates, RTLD_NOW | RTLD_LOCAL);
        const char *missing = NULL;
        if (!handle) {
            snprintf(message, capacity, "%s", dlerror());
        } else if (look_up(library, handle, &missing) != 0) {
            snprintf(message, capacity, "%s has no function %s", *candidates, missing);
            dlclose(handle);
        } else if (library->curl_global_init(GLOBAL_DEFAULT) != 0) {
            snprintf(message, capacity, "%s cannot be initialised", *candidates);
        } else {
            return library;
        }
    }
    free(library);
    return NULL;
}

void ccurl_free_library(ccurl_library *library) { free(library); }
const char *ccurl_version(const ccurl_library *library) { return library->curl_version(); }

/// What keeps a closed TLS connection from ending the process: with CCURL_NO_SIGNALS the library leaves SIGPIPE to its caller.
typedef struct {
    sigset_t before;
    int was_pending;
} guard_t;

static int is_pipe_signal_pending(void) {
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE);
}

static guard_t block_pipe_signal(void) {
    guard_t guard = {.was_pending = is_pipe_signal_pending()};
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &guard.before);
    return guard;
}

/// Takes back a signal that came meanwhile. It is for this thread: SIGPIPE goes to the one that wrote.
static void unblock_pipe_signal(guard_t guard) {
    if (!guard.was_pending && is_pipe_signal_pending()) {
        sigset_t pipe_signal;
        int number;
        sigemptyset(&pipe_signal);
        sigaddset(&pipe_signal, SIGPIPE);
        sigwait(&pipe_signal, &number);
    }
    pthread_sigmask(SIG_SETMASK, &guard.before, NULL);
}

void *ccurl_easy_new(const ccurl_library *library) { return library->curl_easy_init(); }

void ccurl_easy_free(const ccurl_library *library, void *easy) {
    guard_t guard = block_pipe_signal();
    library->curl_easy_cleanup(easy);
    unblock_pipe_signal(guard);
}

void ccurl_easy_reset(const ccurl_library *library, void *easy) { library->curl_easy_reset(easy); }

int ccurl_set_number(const ccurl_library *library, void *easy, int option, long value) { return library->curl_easy_setopt(easy, option, value); }
int ccurl_set_size(const ccurl_library *library, void *easy, int option, int64_t value) { return library->curl_easy_setopt(easy, option, value); }
int ccurl_set_text(const ccurl_library *library, void *easy, int option, const char *text) { return library->curl_easy_setopt(easy, option, text); }
int ccurl_set_pointer(const ccurl_library *library, void *easy, int option, void *pointer) { return library->curl_easy_setopt(easy, option, pointer); }

int ccurl_set_data_function(const ccurl_library *library, void *easy, int option, ccurl_data_function function) {
    return library->curl_easy_setopt(easy, option, function);
}

int ccurl_set_seek_function(const ccurl_library *library, void *easy, ccurl_seek_function function) {
    return library->curl_easy_setopt(easy, CCURL_SEEK_FUNCTION, function);
}

const char *ccurl_describe(const ccurl_library *library, int result) { return library->curl_easy_strerror(result); }

void *ccurl_list_append(const ccurl_library *library, void *list, const char *line) { return library->curl_slist_append(list, line); }
void ccurl_list_free(const ccurl_library *library, void *list) { library->curl_slist_free_all(list); }

void *ccurl_multi_new(const ccurl_library *library) { return library->curl_multi_init(); }
int ccurl_multi_add(const ccurl_library *library, void *multi, void *easy) { return library->curl_multi_add_handle(multi, easy); }

void ccurl_multi_free(const ccurl_library *library, void *multi) {
    guard_t guard = block_pipe_signal();
    library->curl_multi_cleanup(multi);
    unblock_pipe_signal(guard);
}

int ccurl_multi_remove(const ccurl_library *library, void *multi, void *easy) {
    guard_t guard = block_pipe_signal();
    int result = library->curl_multi_remove_handle(multi, easy);
    unblock_pipe_signal(guard);
    return result;
}

int ccurl_multi_perform(const ccurl_library *library, void *multi) {
    int running;
    guard_t guard = block_pipe_signal();
    int result = library->curl_multi_perform(multi, &running);
    unblock_pipe_signal(guard);
    return result;
}

int ccurl_multi_poll(const ccurl_library *library, void *multi, int milliseconds) {
    return library->curl_multi_poll(multi, NULL, 0, milliseconds, NULL);
}

int ccurl_multi_is_done(const ccurl_library *library, void *multi, int *result) {
    int left;
    const message_t *message;
    while ((message = library->curl_multi_info_read(multi, &left))) {
        if (message->kind != MESSAGE_DONE) continue;
        *result = message->data.result;
        return 1;
    }
    return 0;
}

void *ccurl_url_new(const ccurl_library *library) { return library->curl_url(); }
void ccurl_url_free(const ccurl_library *library, void *url) { library->curl_url_cleanup(url); }

int ccurl_url_set(const ccurl_library *library, void *url, int part, const char *text, unsigned flags) {
    return library->curl_url_set(url, part, text, flags);
}

char *ccurl_url_get(const ccurl_library *library, void *url, int part, unsigned flags) {
    char *text = NULL;
    return library->curl_url_get(url, part, &text, flags) == 0 ? text : NULL;
}

void ccurl_text_free(const ccurl_library *library, char *text) { library->curl_free(text); }
