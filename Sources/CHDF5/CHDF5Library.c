// Finding and loading the library.
#include "CHDF5Library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CHDF5.h"

pthread_mutex_t chdf5_lock = PTHREAD_MUTEX_INITIALIZER;

static int look_up_functions(library_t *library, void *handle, const char **missing) {
#define CHDF5_LOOK_UP(result, name, parameters) \
    if (!(library->name = (result(*) parameters)dlsym(handle, #name))) { *missing = #name; return -1; }
    CHDF5_FUNCTIONS(CHDF5_LOOK_UP)
#undef CHDF5_LOOK_UP
    library->H5Literate = (iterate_links *)dlsym(handle, "H5Literate2");
    if (!library->H5Literate) library->H5Literate = (iterate_links *)dlsym(handle, "H5Literate");
    if (!library->H5Literate) { *missing = "H5Literate"; return -1; }
    return 0;
}

static int look_up_variable(void *handle, const char *name, hid_t *value, const char **missing) {
    const hid_t *variable = (const hid_t *)dlsym(handle, name);
    if (!variable) { *missing = name; return -1; }
    *value = *variable;
    return 0;
}

/// The variables have their values only once the library has been opened.
static int look_up_variables(library_t *library, void *handle, const char **missing) {
    return look_up_variable(handle, "H5T_NATIVE_FLOAT_g", &library->native_float, missing) != 0
        || look_up_variable(handle, "H5T_IEEE_F32LE_g", &library->file_float, missing) != 0
        || look_up_variable(handle, "H5T_C_S1_g", &library->string, missing) != 0
        || look_up_variable(handle, "H5P_CLS_FILE_ACCESS_ID_g", &library->file_access, missing) != 0
        || look_up_variable(handle, "H5P_CLS_DATASET_CREATE_ID_g", &library->dataset_create, missing) != 0 ? -1 : 0;
}

/// Checks the version before any other call: before 1.10 an identifier was an int.
static int prepare(library_t *library, void *handle, const char *name, char *message, size_t capacity) {
    const char *missing = "";
    unsigned *version = library->version;
    if (look_up_functions(library, handle, &missing) != 0) {
        snprintf(message, capacity, "%s has no function %s", name, missing);
        return -1;
    }
    if (library->H5get_libversion(&version[0], &version[1], &version[2]) < 0 || version[0] < 1 || (version[0] == 1 && version[1] < 10)) {
        snprintf(message, capacity, "%s is version %u.%u.%u, and 1.10 or later is needed", name, version[0], version[1], version[2]);
        return -1;
    }
    if (library->H5open() < 0 || look_up_variables(library, handle, &missing) != 0) {
        snprintf(message, capacity, "%s could not be started %s", name, missing);
        return -1;
    }
    library->H5Eset_auto2(DEFAULT, NULL, NULL);
    library->H5PLset_loading_state(0);
    library->timeless = library->H5Pcreate(library->dataset_create);
    if (library->timeless < 0 || library->H5Pset_obj_track_times(library->timeless, 0) < 0) {
        snprintf(message, capacity, "%s could not be started", name);
        return -1;
    }
    return 0;
}

chdf5_library *chdf5_load(const char *const *candidates, char *message, size_t capacity) {
    snprintf(message, capacity, "no such library");
    library_t *library = calloc(1, sizeof *library);
    if (!library) return NULL;
    pthread_mutex_lock(&chdf5_lock);
    for (; *candidates; candidates++) {
        void *handle = dlopen(*candidates, RTLD_NOW | RTLD_LOCAL);
        if (!handle) continue;
        if (prepare(library, handle, *candidates, message, capacity) == 0) {
            pthread_mutex_unlock(&chdf5_lock);
            return library;
        }
        // Never closed: the library registers functions that run when the process exits.
    }
    pthread_mutex_unlock(&chdf5_lock);
    free(library);
    return NULL;
}

void chdf5_version(const chdf5_library *library, unsigned version[3]) { memcpy(version, library->version, sizeof library->version); }

typedef struct {
    char *message;
    size_t capacity;
} message_buffer;

/// Keeps the first entry: it is the closest to the cause.
static herr_t keep_cause(unsigned index, const error_entry *entry, void *context) {
    message_buffer *buffer = context;
    if (index == 0 && entry->description) snprintf(buffer->message, buffer->capacity, "%s", entry->description);
    return 0;
}

void chdf5_take_error(const library_t *library, const char *otherwise, char *message, size_t capacity) {
    message_buffer buffer = {message, capacity};
    snprintf(message, capacity, "%s", otherwise);
    library->H5Ewalk2(DEFAULT, WALK_FROM_CAUSE, keep_cause, &buffer);
    library->H5Eclear2(DEFAULT);
}
