#include "Registry.h"

#include <map>

namespace emulator {

static std::map<std::string, Kernel> &kernels() {
    static std::map<std::string, Kernel> all;
    return all;
}

void add(const char *name, const Kernel &kernel) { kernels()[name] = kernel; }

const Kernel *find(const char *name) {
    auto found = kernels().find(name);
    return found == kernels().end() ? nullptr : &found->second;
}

}  // namespace emulator
