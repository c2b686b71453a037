// From records to the image of a file, in memory: the caller writes it, so that a full disk is the caller's error and not the library's.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CHDF5.h"
#include "CHDF5Library.h"

enum { MAXIMUM_DEPTH = 32, MAXIMUM_RANK = 32 };

/// The records that are left. Reading beyond the end sets `failed`.
typedef struct {
    const uint8_t *next, *end;
    int failed;
} records_t;

static const uint8_t *take(records_t *records, size_t count) {
    if (records->failed || count > (size_t)(records->end - records->next)) {
        records->failed = 1;
        return NULL;
    }
    const uint8_t *bytes = records->next;
    records->next += count;
    return bytes;
}

static uint32_t take_u32(records_t *records) {
    uint32_t value = 0;
    const uint8_t *bytes = take(records, sizeof value);
    if (bytes) memcpy(&value, bytes, sizeof value);
    return value;
}

/// A copy that ends with a zero byte; free it.
static char *take_text(records_t *records, size_t *length) {
    size_t count = take_u32(records);
    const uint8_t *bytes = take(records, count);
    char *text = bytes ? malloc(count + 1) : NULL;
    if (!text) {
        records->failed = 1;
        return NULL;
    }
    memcpy(text, bytes, count);
    text[count] = 0;
    if (length) *length = count;
    return text;
}

static void release(const library_t *library, hid_t id) {
    if (id >= 0) library->H5Idec_ref(id);
}

static hid_t string_type(const library_t *library, size_t size) {
    hid_t type = library->H5Tcopy(library->string);
    if (type >= 0 && library->H5Tset_size(type, size) >= 0 && library->H5Tset_cset(type, CHARACTERS_UTF8) >= 0) return type;
    release(library, type);
    return -1;
}

static int write_attribute(const library_t *library, hid_t object, const char *name, hid_t type, hid_t space, const void *value) {
    hid_t attribute = type >= 0 && space >= 0 ? library->H5Acreate2(object, name, type, space, DEFAULT, DEFAULT) : -1;
    int ok = attribute >= 0 && (!value || library->H5Awrite(attribute, type, value) >= 0);
    release(library, attribute);
    return ok ? 0 : -1;
}

/// Of variable length: an attribute of fixed length may not exceed 64 KiB, and a model's configuration may.
static int write_string(const library_t *library, hid_t object, const char *name, records_t *records) {
    char *text = take_text(records, NULL);
    hid_t type = string_type(library, TYPE_VARIABLE), space = library->H5Screate(SPACE_SCALAR);
    int result = text ? write_attribute(library, object, name, type, space, &text) : -1;
    release(library, space);
    release(library, type);
    free(text);
    return result;
}

static int write_list(const library_t *library, hid_t object, const char *name, records_t *records) {
    uint32_t count = take_u32(records);
    // A text takes at least the four bytes of its length.
    if (records->failed || count > (size_t)(records->end - records->next) / 4) return -1;
    char **texts = calloc(count ? count : 1, sizeof *texts);
    if (!texts) return -1;
    for (uint32_t i = 0; i < count; i++) texts[i] = take_text(records, NULL);
    hsize_t dimension = count;
    hid_t type = string_type(library, TYPE_VARIABLE), space = library->H5Screate_simple(1, &dimension, NULL);
    int result = records->failed ? -1 : write_attribute(library, object, name, type, space, count ? texts : NULL);
    release(library, space);
    release(library, type);
    for (uint32_t i = 0; i < count; i++) free(texts[i]);
    free(texts);
    return result;
}

static int write_dataset(const library_t *library, hid_t group, const char *name, records_t *records) {
    hsize_t dimensions[MAXIMUM_RANK];
    uint32_t rank = take_u32(records);
    const uint8_t *bytes = rank <= MAXIMUM_RANK ? take(records, rank * sizeof *dimensions) : NULL;
    if (!bytes) return -1;
    memcpy(dimensions, bytes, rank * sizeof *dimensions);
    size_t elements = 1;
    for (uint32_t i = 0; i < rank; i++) {
        if (__builtin_mul_overflow(elements, dimensions[i], &elements)) return -1;
    }
    size_t size;
    if (__builtin_mul_overflow(elements, sizeof(float), &size)) return -1;
    const uint8_t *values = take(records, size);
    if (!values) return -1;
    hid_t space = rank ? library->H5Screate_simple((int)rank, dimensions, NULL) : library->H5Screate(SPACE_SCALAR);
    hid_t dataset = space >= 0 ? library->H5Dcreate2(group, name, library->file_float, space, DEFAULT, library->timeless, DEFAULT) : -1;
    int ok = dataset >= 0 && (elements == 0 || library->H5Dwrite(dataset, library->native_float, DEFAULT, DEFAULT, DEFAULT, values) >= 0);
    release(library, dataset);
    release(library, space);
    return ok ? 0 : -1;
}

/// Writes what follows a group's 'G', up to and with its 'E'.
static int write_members(const library_t *library, hid_t group, records_t *records, int depth) {
    while (1) {
        const uint8_t *tag = take(records, 1);
        if (!tag || depth > MAXIMUM_DEPTH) return -1;
        if (*tag == 'E') return 0;
        char *name = take_text(records, NULL);
        if (!name) return -1;
        int result = -1;
        if (*tag == 'S') result = write_string(library, group, name, records);
        if (*tag == 'L') result = write_list(library, group, name, records);
        if (*tag == 'F') result = write_dataset(library, group, name, records);
        if (*tag == 'G') {
            hid_t child = library->H5Gcreate2(group, name, DEFAULT, DEFAULT, DEFAULT);
            result = child >= 0 ? write_members(library, child, records, depth + 1) : -1;
            release(library, child);
        }
        free(name);
        if (result != 0) return -1;
    }
}

static uint8_t *copy_image(const library_t *library, hid_t file, size_t *size) {
    if (library->H5Fflush(file, 1 /* H5F_SCOPE_GLOBAL */) < 0) return NULL;
    ssize_t count = library->H5Fget_file_image(file, NULL, 0);
    if (count <= 0) return NULL;
    uint8_t *image = malloc((size_t)count);
    if (image && library->H5Fget_file_image(file, image, (size_t)count) == count) {
        *size = (size_t)count;
        return image;
    }
    free(image);
    return NULL;
}

uint8_t *chdf5_encode(
    const chdf5_library *library, const uint8_t *bytes, size_t count, size_t *size, char *message, size_t capacity
) {
    records_t records = {bytes, bytes + count, 0};
    uint8_t *image = NULL;
    pthread_mutex_lock(&chdf5_lock);
    library->H5Eset_auto2(DEFAULT, NULL, NULL);  // Kept per thread where the library was built for threads.
    hid_t access = library->H5Pcreate(library->file_access);
    hid_t file = access >= 0 && library->H5Pset_fapl_core(access, 1 << 20, 0) >= 0
        ? library->H5Fcreate("apus-model-in-memory", FILE_TRUNCATE, DEFAULT, access) : -1;
    const uint8_t *tag = take(&records, 1);
    char *root = take_text(&records, NULL);
    if (file >= 0 && tag && *tag == 'G' && root && write_members(library, file, &records, 0) == 0) image = copy_image(library, file, size);
    if (!image) chdf5_take_error(library, "the records are not a tree", message, capacity);
    free(root);
    release(library, file);
    release(library, access);
    pthread_mutex_unlock(&chdf5_lock);
    return image;
}
