#pragma once

// The slabs of models that train side by side, in which a kernel may touch the elements of its arrays and nothing else: padding, and what lies
// between two arrays, is poisoned for the address sanitizer.

#include <bit>
#include <cmath>
#include <cstdlib>
#include <sanitizer/asan_interface.h>
#include <stdexcept>
#include <string>
#include <vector>

enum class Fill {
    INPUT,    // numbers between -1 and 1
    SHARES,   // numbers between 0 and 1
    OUTPUT,   // NaN, and `check` finds what is NaN still
    SCRATCH,  // NaN, which may stay
};

/// A hash of all results so far.
extern unsigned long long bits;

class Arena {
public:
    static constexpr int MODELS = 2, STRIDE = 1 << 18;  // floats of a model

    Arena() : memory_(static_cast<float *>(aligned_alloc(256, sizeof(float) * MODELS * STRIDE))) {
        if (!memory_) throw std::bad_alloc();
        ASAN_POISON_MEMORY_REGION(memory_, sizeof(float) * MODELS * STRIDE);
    }
    Arena(const Arena &) = delete;
    ~Arena() {
        ASAN_UNPOISON_MEMORY_REGION(memory_, sizeof(float) * MODELS * STRIDE);
        free(memory_);
    }

    float *slab() { return memory_; }

    /// The place of a matrix with `rows` rows of `width` floats, `stride` floats apart, on a boundary of 64 bytes.
    long long matrix(long long rows, int width, int stride, Fill fill) {
        used_ = (used_ + 31) / 16 * 16;
        return add({used_, rows, width, stride, fill});
    }

    /// The place of numbers without padding: parameters, which begin anywhere.
    long long packed(long long count, Fill fill) {
        used_ = (used_ + 31) / 16 * 16 + (packed_++ % 4);
        return add({used_, 1, static_cast<int>(count), static_cast<int>(count), fill});
    }

    float &at(int model, long long place) { return memory_[static_cast<long long>(model) * STRIDE + place]; }

    /// Throws when a number of an output is not finite, and adds all numbers to the bits that every order of threads has to give.
    void check(const std::string &name) {
        for (const Array &array : arrays_) {
            if (array.fill != Fill::SCRATCH) each(array, [&](float &x, long long row, int column) {
                if (!std::isfinite(x)) {
                    throw std::runtime_error(name + ": not finite in row " + std::to_string(row) + ", column " + std::to_string(column) +
                                             " of the array at " + std::to_string(array.place));
                }
                bits = (bits ^ std::bit_cast<unsigned>(x)) * 1099511628211u;  // FNV-1a, by words
            });
        }
    }

private:
    struct Array {
        long long place, rows;
        int width, stride;
        Fill fill;
    };
    float *memory_;
    long long used_ = 0;
    int packed_ = 1;
    unsigned random_ = 12345;
    std::vector<Array> arrays_;

    long long add(const Array &array) {
        used_ = array.place + (array.rows - 1) * array.stride + array.width;
        if (used_ + 32 > STRIDE) throw std::runtime_error("the slab is too small");
        for (int model = 0; model < MODELS; model++)
            for (long long row = 0; row < array.rows; row++)
                ASAN_UNPOISON_MEMORY_REGION(&at(model, array.place + row * array.stride), sizeof(float) * static_cast<size_t>(array.width));
        each(array, [&](float &x, long long, int) {
            random_ = random_ * 1664525u + 1013904223u;
            float share = static_cast<float>(random_ >> 8) / (1 << 24);
            x = array.fill == Fill::INPUT ? 2 * share - 1 : array.fill == Fill::SHARES ? share : NAN;
        });
        arrays_.push_back(array);
        return array.place;
    }

    template <typename Body> void each(const Array &array, Body body) {
        for (int model = 0; model < MODELS; model++)
            for (long long row = 0; row < array.rows; row++)
                for (int column = 0; column < array.width; column++)
                    body(at(model, array.place + row * array.stride + column), row, column);
    }
};
