#pragma once

// What all functions of the mock driver share: the lock, errors, and the settings of tests.

#include "API.h"
#include "Codes.h"
#include "Settings.h"
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace driver {

/// A call that does not succeed.
struct Error {
    int code;
    std::string text;  // one sentence for tests
};

struct Counts {
    unsigned long long launches, graph_launches, synchronisations;
};
extern Counts counts;
extern Settings settings;

/// Held by every call: the mock driver may be used from any thread, and does one thing at a time.
extern std::mutex lock;

enum Needs { NOTHING, INITIALISATION, CONTEXT };  // what must have happened before a call

/// To be called first in a call. Throws what the settings want to fail, and the error that has spoiled the context.
void begin(const char *function, Needs needs);

/// Remembers the text of an error and returns its code.
int note(const char *function, const Error &error);

/// What all functions do: calls `body`, which throws Error, and returns the code.
template <typename Body> int call(const char *function, Needs needs, Body body) {
    std::lock_guard guard(lock);
    try {
        begin(function, needs);
        body();
        return CUDA_SUCCESS;
    } catch (const Error &error) {
        return note(function, error);
    } catch (const std::bad_alloc &) {
        return note(function, {CUDA_ERROR_OUT_OF_MEMORY, "the host has no memory left"});
    }
}

/// Throws `error`, and makes all calls fail with it but those about versions: the context is lost, as on a GPU.
[[noreturn]] void spoil(const Error &error);

/// The device of this thread's context. Throws an invalid context.
int current_device();

template <typename T> T &required(T *pointer, const char *what) {
    if (!pointer) throw Error{CUDA_ERROR_INVALID_VALUE, std::string(what) + " is null"};
    return *pointer;
}

/// The objects behind handles of one kind.
template <typename T> class Handles {
public:
    T *add(std::unique_ptr<T> object) { return objects.insert(std::move(object)).first->get(); }

    T &operator[](void *handle) { return **find(handle); }

    void remove(void *handle) { objects.erase(find(handle)); }

    auto begin() { return objects.begin(); }
    auto end() { return objects.end(); }

private:
    struct ByAddress {
        using is_transparent = void;
        static const void *address(const std::unique_ptr<T> &object) { return object.get(); }
        static const void *address(const void *object) { return object; }
        bool operator()(const auto &a, const auto &b) const { return std::less<>()(address(a), address(b)); }
    };
    std::set<std::unique_ptr<T>, ByAddress> objects;

    auto find(void *handle) {
        auto found = objects.find(static_cast<const void *>(handle));
        if (found == objects.end()) throw Error{CUDA_ERROR_INVALID_HANDLE, "a handle of nothing that is alive"};
        return found;
    }
};

}  // namespace driver
