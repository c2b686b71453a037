#pragma once

// What the mock driver reads in a program in PTX: enough to find programs that are none, or of another source than the emulated kernels.

#include <map>
#include <string>

namespace driver {

struct Program {
    std::map<std::string, size_t> entries;  // bytes of the arguments, by the name of the kernel; 0 where the program does not tell
};

/// Throws Error as a driver of `version` for a device of `capability` does.
Program read_program(const std::string &text, int version, int capability);

}  // namespace driver
