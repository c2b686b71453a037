// A model file's tree of groups, attributes and float datasets, written and read by the HDF5 library.
//
// The library is loaded at run time: a machine that never saves or loads such a file does not need it. Its functions are declared in
// CHDF5Library.h, so that its headers are not needed either. It is not thread-safe: every function here takes one lock of its own.
//
// A tree travels between Swift and the library as a stream of records (native byte order; `text` is a u32 length and the bytes):
//
//   'G' text(name)                                     a group begins (the root has an empty name)
//   'E'                                                the group ends
//   'S' text(name) text                                an attribute of one string
//   'L' text(name) u32(count) text...                  an attribute of a list of strings
//   'F' text(name) u32(rank) u64(dimension)... f32...  a dataset
//   'U' text(name) text(reason)                        an attribute or object that was left out (from the reader only)
//   '!' text(message)                                  reading failed (from the reader only)
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The functions of a loaded HDF5 library.
typedef struct chdf5_library chdf5_library;

/// The first of `candidates` (names or paths for `dlopen`, nil-terminated) that is an HDF5 library of version 1.10 or later.
///
/// Null, with the reason in `message`, when there is none. The library stays loaded until the process ends.
chdf5_library *_Nullable chdf5_load(const char *_Nullable const *_Nonnull candidates, char *_Nonnull message, size_t capacity);

/// The version of the library as three numbers.
void chdf5_version(const chdf5_library *_Nonnull library, unsigned version[_Nonnull 3]);

/// The bytes of an HDF5 file that holds the tree in `records`; free them with `free`.
///
/// Nothing touches the disk. Null, with the library's own reason in `message`, when it refuses.
uint8_t *_Nullable chdf5_encode(
    const chdf5_library *_Nonnull library, const uint8_t *_Nonnull records, size_t count, size_t *_Nonnull imageSize,
    char *_Nonnull message, size_t capacity);

/// What `chdf5_decode` will not go beyond, whatever the file says.
typedef struct {
    /// Bytes of records.
    uint64_t recordBytes;
    /// Elements of datasets that are not stored one to one in the file (compressed, or never written), summed over all datasets.
    uint64_t elements;
    /// Seconds.
    unsigned seconds;
} chdf5_limits;

/// The records of the file at `path`: of the root group its attributes and only those members that are named in `members`
/// (nil-terminated), and all below these; free them with `free`.
///
/// The library's parser has a history of memory errors on files made to provoke them, so it runs in a forked child that can lose nothing
/// but itself; links out of the file and filter plug-ins are not followed. A child that crashes or stops is reported in `message`.
uint8_t *_Nullable chdf5_decode(
    const chdf5_library *_Nonnull library, const char *_Nonnull path, const char *_Nullable const *_Nonnull members, chdf5_limits limits,
    size_t *_Nonnull count, char *_Nonnull message, size_t capacity);
