#include "Program.h"

#include "Driver.h"
#include <stdio.h>
#include <string.h>

namespace driver {

static const char *const blank = " \t\r\n";

/// Throws when the program does not begin with comments and the two directives.
static void check_head(const std::string &text, int version, int capability) {
    const char *at = text.c_str();
    while (at += strspn(at, blank), strncmp(at, "//", 2) == 0) at += strcspn(at, "\n");
    int major, minor, target;
    if (sscanf(at, ".version %d.%d .target sm_%d", &major, &minor, &target) != 3) throw Error{CUDA_ERROR_INVALID_PTX, "ptxas: the text is not PTX"};
    // PTX 7.0 came with CUDA 11.0, 8.0 with 12.0, 9.0 with 13.0, and a minor version with nearly each of CUDA.
    if ((major + 4) * 1000 + minor * 10 > version) throw Error{CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "ptxas: the PTX is of a newer CUDA"};
    if (target > capability) throw Error{CUDA_ERROR_NO_BINARY_FOR_GPU, "ptxas: the program is for sm_" + std::to_string(target)};
}

static size_t skip(const std::string &text, const char *characters, size_t from) {
    return std::min(text.find_first_not_of(characters, from), text.size());
}

Program read_program(const std::string &text, int version, int capability) {
    check_head(text, version, capability);
    static const char *const directive = ".entry";
    static const char *const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$%";
    Program program;
    for (size_t at = 0; (at = text.find(directive, at)) != std::string::npos;) {
        size_t start = skip(text, blank, at + strlen(directive)), end = skip(text, letters, start);
        std::string name = text.substr(start, end - start), parameter = name + "_param_0[";
        size_t body = std::min(text.find('{', end), text.size()), size = text.find(parameter, end);
        program.entries[name] = size < body ? std::stoul(text.substr(size + parameter.size(), 8)) : 0;
        at = end;
    }
    return program;
}

}  // namespace driver
