// From the objects of an open file to records. Runs in a child process (CHDF5Child.c) and takes no lock.
#include "CHDF5Decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAXIMUM_DEPTH = 32, MAXIMUM_RANK = 32, MAXIMUM_OBJECTS = 1 << 20 };

/// Remembers the first failure; after it nothing more is read.
static int fail(decoder_t *decoder, const char *message) {
    if (!decoder->failed) snprintf(decoder->message, sizeof decoder->message, "%s", message);
    decoder->failed = 1;
    return -1;
}

static int fail_in_library(decoder_t *decoder, const char *otherwise) {
    char message[256];
    chdf5_take_error(decoder->library, otherwise, message, sizeof message);
    return fail(decoder, message);
}

static void release(decoder_t *decoder, hid_t id) {
    if (id >= 0) decoder->library->H5Idec_ref(id);
}

// MARK: Records

static int flush(decoder_t *decoder) {
    size_t written = 0;
    while (written < decoder->buffered) {
        ssize_t count = write(decoder->output, decoder->buffer + written, decoder->buffered - written);
        if (count <= 0) return fail(decoder, "the reader went away");
        written += (size_t)count;
    }
    decoder->buffered = 0;
    return 0;
}

static int put(decoder_t *decoder, const void *bytes, size_t count) {
    if (decoder->failed) return -1;
    if (count > decoder->limits.recordBytes) return fail(decoder, "the file describes more data than it can hold");
    decoder->limits.recordBytes -= count;
    while (count > 0) {
        size_t room = sizeof decoder->buffer - decoder->buffered, part = count < room ? count : room;
        memcpy(decoder->buffer + decoder->buffered, bytes, part);
        decoder->buffered += part;
        bytes = (const char *)bytes + part;
        count -= part;
        if (decoder->buffered == sizeof decoder->buffer && flush(decoder) != 0) return -1;
    }
    return 0;
}

static int put_u32(decoder_t *decoder, uint32_t value) { return put(decoder, &value, sizeof value); }

static int put_text(decoder_t *decoder, const char *text, size_t length) {
    return length > UINT32_MAX || put_u32(decoder, (uint32_t)length) != 0 ? -1 : put(decoder, text, length);
}

static int put_tag(decoder_t *decoder, char tag, const char *name) {
    return put(decoder, &tag, 1) != 0 ? -1 : put_text(decoder, name, strlen(name));
}

static int put_left_out(decoder_t *decoder, const char *name, const char *reason) {
    return put_tag(decoder, 'U', name) != 0 ? -1 : put_text(decoder, reason, strlen(reason));
}

// MARK: Attributes

typedef struct {
    hid_t attribute, type, space;
    size_t count;
    int is_list;
} attribute_t;

/// Strings of variable length: the library allocates each.
static int put_variable_strings(decoder_t *decoder, const attribute_t *it) {
    const library_t *library = decoder->library;
    char **texts = calloc(it->count, sizeof *texts);
    if (!texts || library->H5Aread(it->attribute, it->type, texts) < 0) {
        free(texts);
        return fail_in_library(decoder, "a text attribute cannot be read");
    }
    int result = 0;
    for (size_t i = 0; i < it->count && result == 0; i++) {
        result = texts[i] ? put_text(decoder, texts[i], strlen(texts[i])) : put_text(decoder, "", 0);
    }
    for (size_t i = 0; i < it->count; i++) {
        if (texts[i]) library->H5free_memory(texts[i]);
    }
    free(texts);
    return result;
}

/// Strings of one width, padded with zero bytes.
static int put_fixed_strings(decoder_t *decoder, const attribute_t *it) {
    size_t width = decoder->library->H5Tget_size(it->type);
    if (width == 0 || width > decoder->limits.recordBytes / it->count) return fail(decoder, "a text attribute is larger than the file");
    char *texts = malloc(width * it->count);
    if (!texts || decoder->library->H5Aread(it->attribute, it->type, texts) < 0) {
        free(texts);
        return fail_in_library(decoder, "a text attribute cannot be read");
    }
    int result = 0;
    for (size_t i = 0; i < it->count && result == 0; i++) {
        result = put_text(decoder, texts + i * width, strnlen(texts + i * width, width));
    }
    free(texts);
    return result;
}

static int put_attribute(decoder_t *decoder, const char *name, const attribute_t *it) {
    const library_t *library = decoder->library;
    if (it->count == 0) return put_tag(decoder, 'L', name) != 0 ? -1 : put_u32(decoder, 0);
    if (library->H5Tget_class(it->type) != CLASS_STRING) return put_left_out(decoder, name, "not text");
    if (it->count > decoder->limits.recordBytes / 4 || it->count > UINT32_MAX) return fail(decoder, "a list of names is larger than the file");
    if (put_tag(decoder, it->is_list ? 'L' : 'S', name) != 0) return -1;
    if (it->is_list && put_u32(decoder, (uint32_t)it->count) != 0) return -1;
    htri_t variable = library->H5Tis_variable_str(it->type);
    if (variable < 0) return fail_in_library(decoder, "a text attribute cannot be read");
    return variable ? put_variable_strings(decoder, it) : put_fixed_strings(decoder, it);
}

static herr_t visit_attribute(hid_t object, const char *name, const void *unused, void *context) {
    decoder_t *decoder = context;
    const library_t *library = decoder->library;
    attribute_t it = {library->H5Aopen(object, name, DEFAULT), -1, -1, 1, 0};
    if (it.attribute >= 0) {
        it.type = library->H5Aget_type(it.attribute);
        it.space = library->H5Aget_space(it.attribute);
    }
    int result = -1;
    if (it.type < 0 || it.space < 0) {
        fail_in_library(decoder, "an attribute cannot be opened");
    } else {
        hsize_t dimensions[MAXIMUM_RANK] = {0};
        int rank = library->H5Sget_simple_extent_ndims(it.space);
        if (library->H5Sget_simple_extent_type(it.space) == SPACE_NULL) it.count = 0;
        if (rank == 1 && library->H5Sget_simple_extent_dims(it.space, dimensions, NULL) == 1) {
            it.count = dimensions[0];
            it.is_list = 1;
        }
        result = rank < 0 || rank > 1 ? put_left_out(decoder, name, "of more than one dimension") : put_attribute(decoder, name, &it);
    }
    release(decoder, it.space);
    release(decoder, it.type);
    release(decoder, it.attribute);
    return result;
}

static int put_attributes(decoder_t *decoder, hid_t object) {
    hsize_t position = 0;
    herr_t result = decoder->library->H5Aiterate2(object, INDEX_NAME, ORDER_NATIVE, &position, visit_attribute, decoder);
    return result < 0 ? fail_in_library(decoder, "the attributes cannot be listed") : 0;
}

// MARK: Datasets

/// Nonzero when the values may be somewhere else than in this file: such a dataset could show what the reader's user may see.
static int is_elsewhere(decoder_t *decoder, hid_t dataset, int *layout) {
    hid_t creation = decoder->library->H5Dget_create_plist(dataset);
    *layout = creation >= 0 ? decoder->library->H5Pget_layout(creation) : -1;
    int external = creation >= 0 ? decoder->library->H5Pget_external_count(creation) : -1;
    release(decoder, creation);
    return external != 0 || *layout < LAYOUT_COMPACT || *layout > LAYOUT_CHUNKED;
}

/// Counts the elements, and checks them against what is stored before anything is allocated for them.
static int count_elements(decoder_t *decoder, hid_t dataset, hid_t type, int layout, const hsize_t *dimensions, int rank, size_t *elements) {
    *elements = 1;
    for (int i = 0; i < rank; i++) {
        if (__builtin_mul_overflow(*elements, dimensions[i], elements)) return fail(decoder, "a dataset's shape overflows");
    }
    size_t width = decoder->library->H5Tget_size(type);
    hsize_t stored = decoder->library->H5Dget_storage_size(dataset);
    int is_one_to_one = layout != LAYOUT_CHUNKED && width > 0 && stored / width >= *elements;
    if (!is_one_to_one) {
        if (*elements > decoder->limits.elements) return fail(decoder, "a dataset unpacks to more data than a model file may");
        decoder->limits.elements -= *elements;
    }
    if (*elements > decoder->limits.recordBytes / sizeof(float)) return fail(decoder, "a dataset is larger than the file");
    return 0;
}

static int put_values(decoder_t *decoder, hid_t dataset, const char *name, const hsize_t *dimensions, int rank, size_t elements) {
    float *values = malloc(elements ? elements * sizeof *values : 1);
    if (!values) return fail(decoder, "not enough memory");
    const library_t *library = decoder->library;
    int result;
    if (elements > 0 && library->H5Dread(dataset, library->native_float, DEFAULT, DEFAULT, DEFAULT, values) < 0) {
        result = fail_in_library(decoder, "the values of a dataset cannot be read");
    } else {
        result = put_tag(decoder, 'F', name);
        if (result == 0) result = put_u32(decoder, (uint32_t)rank);
        for (int i = 0; i < rank && result == 0; i++) {
            uint64_t dimension = dimensions[i];
            result = put(decoder, &dimension, sizeof dimension);
        }
        if (result == 0) result = put(decoder, values, elements * sizeof *values);
    }
    free(values);
    return result;
}

static int put_dataset(decoder_t *decoder, hid_t dataset, const char *name) {
    const library_t *library = decoder->library;
    hsize_t dimensions[MAXIMUM_RANK] = {0};
    size_t elements;
    int layout, result = -1;
    hid_t type = library->H5Dget_type(dataset), space = library->H5Dget_space(dataset);
    int rank = space >= 0 ? library->H5Sget_simple_extent_ndims(space) : -1;
    if (type < 0 || rank < 0 || rank > MAXIMUM_RANK || library->H5Sget_simple_extent_dims(space, dimensions, NULL) != rank) {
        fail_in_library(decoder, "a dataset cannot be opened");
    } else if (is_elsewhere(decoder, dataset, &layout)) {
        result = put_left_out(decoder, name, "stored outside of the file");
    } else if (library->H5Tget_class(type) != CLASS_FLOAT || library->H5Sget_simple_extent_type(space) == SPACE_NULL) {
        result = put_left_out(decoder, name, "not floating-point numbers");
    } else if (count_elements(decoder, dataset, type, layout, dimensions, rank, &elements) == 0) {
        result = put_values(decoder, dataset, name, dimensions, rank, elements);
    }
    release(decoder, space);
    release(decoder, type);
    return result;
}

// MARK: Groups

static int put_group(decoder_t *decoder, hid_t group, const char *name);

static int is_wanted(const decoder_t *decoder, const char *name) {
    if (decoder->depth > 1) return 1;
    for (const char *const *member = decoder->members; *member; member++) {
        if (strcmp(*member, name) == 0) return 1;
    }
    return 0;
}

static herr_t visit_link(hid_t group, const char *name, const link_info *link, void *context) {
    decoder_t *decoder = context;
    const library_t *library = decoder->library;
    if (!is_wanted(decoder, name)) return 0;
    if (link->type != LINK_HARD) return put_left_out(decoder, name, "a link to somewhere else");
    if (++decoder->objects > MAXIMUM_OBJECTS) return fail(decoder, "the file holds more objects than a model can");
    hid_t object = library->H5Oopen(group, name, DEFAULT);
    if (object < 0) return fail_in_library(decoder, "an object cannot be opened");
    int kind = library->H5Iget_type(object), result;
    if (kind == ID_GROUP) {
        result = put_group(decoder, object, name);
    } else if (kind == ID_DATASET) {
        result = put_dataset(decoder, object, name);
    } else {
        result = put_left_out(decoder, name, "neither a group nor a dataset");
    }
    release(decoder, object);
    return result;
}

/// The depth is limited because a hostile file can hold a group that contains itself.
static int put_group(decoder_t *decoder, hid_t group, const char *name) {
    if (decoder->depth >= MAXIMUM_DEPTH) return fail(decoder, "groups are nested too deeply");
    if (put_tag(decoder, 'G', name) != 0 || put_attributes(decoder, group) != 0) return -1;
    hsize_t position = 0;
    decoder->depth++;
    herr_t result = decoder->library->H5Literate(group, INDEX_NAME, ORDER_NATIVE, &position, visit_link, decoder);
    decoder->depth--;
    if (result < 0) return fail_in_library(decoder, "the members of a group cannot be listed");
    return put(decoder, "E", 1);
}

void chdf5_decode_file(decoder_t *decoder, const char *path) {
    const library_t *library = decoder->library;
    library->H5Eset_auto2(DEFAULT, NULL, NULL);
    library->H5PLset_loading_state(0);
    hid_t file = library->H5Fopen(path, FILE_READ_ONLY, DEFAULT);
    if (file < 0) {
        fail_in_library(decoder, "the file cannot be opened");
    } else {
        put_group(decoder, file, "");
    }
    if (decoder->failed) {
        decoder->failed = 0;
        decoder->limits.recordBytes = sizeof decoder->message + 16;
        put_tag(decoder, '!', decoder->message);
    }
    flush(decoder);
}
