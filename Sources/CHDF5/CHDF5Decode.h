#pragma once

#include "CHDF5.h"
#include "CHDF5Library.h"

/// What the child reads with, and how far it got.
typedef struct {
    const library_t *library;
    const char *const *members;
    /// What is left of them.
    chdf5_limits limits;
    int output;
    int depth;
    unsigned objects;
    int failed;
    char message[256];
    size_t buffered;
    uint8_t buffer[1 << 16];
} decoder_t;

/// Writes the file's records to `output`; the last one is '!' when something in the file prevents that.
void chdf5_decode_file(decoder_t *decoder, const char *path);
