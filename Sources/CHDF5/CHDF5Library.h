// The part of the HDF5 1.10+ interface that is used here, by its binary interface: names, types and constants as in its public headers.
#pragma once

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef int64_t hid_t;
typedef int herr_t;
typedef int htri_t;
typedef unsigned long long hsize_t;

enum {
    FILE_READ_ONLY = 0x0000,   // H5F_ACC_RDONLY
    FILE_TRUNCATE = 0x0002,    // H5F_ACC_TRUNC
    DEFAULT = 0,               // H5P_DEFAULT, H5S_ALL, H5E_DEFAULT
    SPACE_SCALAR = 0,          // H5S_SCALAR
    SPACE_NULL = 2,            // H5S_NULL
    CLASS_FLOAT = 1,           // H5T_FLOAT
    CLASS_STRING = 3,          // H5T_STRING
    PADDING_NULL = 1,          // H5T_STR_NULLPAD
    CHARACTERS_UTF8 = 1,       // H5T_CSET_UTF8
    INDEX_NAME = 0,            // H5_INDEX_NAME
    ORDER_NATIVE = 2,          // H5_ITER_NATIVE
    LINK_HARD = 0,             // H5L_TYPE_HARD
    ID_GROUP = 2,              // H5I_GROUP
    ID_DATASET = 5,            // H5I_DATASET
    LAYOUT_COMPACT = 0,        // H5D_COMPACT
    LAYOUT_CONTIGUOUS = 1,     // H5D_CONTIGUOUS
    LAYOUT_CHUNKED = 2,        // H5D_CHUNKED
    WALK_FROM_CAUSE = 0,       // H5E_WALK_UPWARD
};
#define TYPE_VARIABLE ((size_t)-1)  // H5T_VARIABLE

/// H5E_error2_t.
typedef struct {
    hid_t class_id, major, minor;
    unsigned line;
    const char *function, *file, *description;
} error_entry;

/// H5L_info_t, of which only the first member is used: the rest differs between versions.
typedef struct {
    int type;
    char rest[];
} link_info;

/// Every function that is looked up: result, name, parameters.
#define CHDF5_FUNCTIONS(F)                                                                           \
    F(herr_t, H5open, (void))                                                                        \
    F(herr_t, H5get_libversion, (unsigned *, unsigned *, unsigned *))                                \
    F(herr_t, H5free_memory, (void *))                                                               \
    F(herr_t, H5Eset_auto2, (hid_t, void *, void *))                                                 \
    F(herr_t, H5Eclear2, (hid_t))                                                                    \
    F(herr_t, H5Ewalk2, (hid_t, int, herr_t (*)(unsigned, const error_entry *, void *), void *))     \
    F(herr_t, H5PLset_loading_state, (unsigned))                                                     \
    F(hid_t, H5Pcreate, (hid_t))                                                                     \
    F(herr_t, H5Pset_fapl_core, (hid_t, size_t, unsigned))                                           \
    F(herr_t, H5Pset_obj_track_times, (hid_t, unsigned))                                             \
    F(int, H5Pget_layout, (hid_t))                                                                   \
    F(int, H5Pget_external_count, (hid_t))                                                           \
    F(int, H5Idec_ref, (hid_t))                                                                      \
    F(int, H5Iget_type, (hid_t))                                                                     \
    F(hid_t, H5Fcreate, (const char *, unsigned, hid_t, hid_t))                                      \
    F(hid_t, H5Fopen, (const char *, unsigned, hid_t))                                               \
    F(herr_t, H5Fflush, (hid_t, int))                                                                \
    F(ssize_t, H5Fget_file_image, (hid_t, void *, size_t))                                           \
    F(hid_t, H5Gcreate2, (hid_t, const char *, hid_t, hid_t, hid_t))                                 \
    F(hid_t, H5Oopen, (hid_t, const char *, hid_t))                                                  \
    F(hid_t, H5Screate, (int))                                                                       \
    F(hid_t, H5Screate_simple, (int, const hsize_t *, const hsize_t *))                              \
    F(int, H5Sget_simple_extent_type, (hid_t))                                                       \
    F(int, H5Sget_simple_extent_ndims, (hid_t))                                                      \
    F(int, H5Sget_simple_extent_dims, (hid_t, hsize_t *, hsize_t *))                                 \
    F(hid_t, H5Tcopy, (hid_t))                                                                       \
    F(herr_t, H5Tset_size, (hid_t, size_t))                                                          \
    F(size_t, H5Tget_size, (hid_t))                                                                  \
    F(herr_t, H5Tset_strpad, (hid_t, int))                                                           \
    F(herr_t, H5Tset_cset, (hid_t, int))                                                             \
    F(int, H5Tget_class, (hid_t))                                                                    \
    F(htri_t, H5Tis_variable_str, (hid_t))                                                           \
    F(hid_t, H5Acreate2, (hid_t, const char *, hid_t, hid_t, hid_t, hid_t))                          \
    F(herr_t, H5Awrite, (hid_t, hid_t, const void *))                                                \
    F(herr_t, H5Aread, (hid_t, hid_t, void *))                                                       \
    F(hid_t, H5Aopen, (hid_t, const char *, hid_t))                                                  \
    F(hid_t, H5Aget_type, (hid_t))                                                                   \
    F(hid_t, H5Aget_space, (hid_t))                                                                  \
    F(hsize_t, H5Aget_storage_size, (hid_t))                                                         \
    F(herr_t, H5Aiterate2, (hid_t, int, int, hsize_t *, herr_t (*)(hid_t, const char *, const void *, void *), void *)) \
    F(hid_t, H5Dcreate2, (hid_t, const char *, hid_t, hid_t, hid_t, hid_t, hid_t))                   \
    F(herr_t, H5Dwrite, (hid_t, hid_t, hid_t, hid_t, hid_t, const void *))                           \
    F(herr_t, H5Dread, (hid_t, hid_t, hid_t, hid_t, hid_t, void *))                                  \
    F(hid_t, H5Dget_type, (hid_t))                                                                   \
    F(hid_t, H5Dget_space, (hid_t))                                                                  \
    F(hid_t, H5Dget_create_plist, (hid_t))                                                           \
    F(hsize_t, H5Dget_storage_size, (hid_t))

typedef herr_t iterate_links(hid_t, int, int, hsize_t *, herr_t (*)(hid_t, const char *, const link_info *, void *), void *);

struct chdf5_library {
#define CHDF5_MEMBER(result, name, parameters) result(*name) parameters;
    CHDF5_FUNCTIONS(CHDF5_MEMBER)
#undef CHDF5_MEMBER
    /// H5Literate of 1.10, H5Literate2 of later versions: they differ only in what follows `type` in the link's description.
    iterate_links *H5Literate;
    /// H5T_NATIVE_FLOAT, H5T_IEEE_F32LE, H5T_C_S1, H5P_FILE_ACCESS and H5P_DATASET_CREATE are macros over these variables.
    hid_t native_float, file_float, string, file_access, dataset_create;
    /// How data sets are made: without the time, so that the same weights are the same file.
    hid_t timeless;
    unsigned version[3];
};

typedef struct chdf5_library library_t;

/// Taken around every use of the library, which keeps its state in global variables.
extern pthread_mutex_t chdf5_lock;

/// What the library itself says about its last error, or `otherwise`; clears its error stack.
void chdf5_take_error(const library_t *library, const char *otherwise, char *message, size_t capacity);
