#include "Program.h"

#include "Driver.h"
#include <regex>

namespace driver {

/// Throws when the program does not begin with comments and the two directives.
static void check_head(const std::string &text, int version, int capability) {
    static const std::regex head(R"(^(?:\s|//[^\n]*\n)*\.version\s+(\d+)\.(\d+)\s+\.target\s+sm_(\d+))");
    std::smatch found;
    std::string beginning = text.substr(0, 4096);
    if (!std::regex_search(beginning, found, head)) throw Error{CUDA_ERROR_INVALID_PTX, "ptxas: the text is not PTX"};
    // PTX 7.0 came with CUDA 11.0, 8.0 with 12.0, 9.0 with 13.0, and a minor version with nearly each of CUDA.
    int needed = (std::stoi(found[1]) + 4) * 1000 + std::stoi(found[2]) * 10;
    if (needed > version) throw Error{CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "ptxas: PTX " + found[1].str() + "." + found[2].str() + " is too new"};
    if (std::stoi(found[3]) > capability) throw Error{CUDA_ERROR_NO_BINARY_FOR_GPU, "ptxas: the program is for sm_" + found[3].str()};
}

static size_t skip(const std::string &text, const char *characters, size_t from) {
    return std::min(text.find_first_not_of(characters, from), text.size());
}

Program read_program(const std::string &text, int version, int capability) {
    check_head(text, version, capability);
    static const char *const directive = ".entry", *const blank = " \t\r\n";
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
