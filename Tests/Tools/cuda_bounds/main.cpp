// Runs every CUDA kernel in the emulator, under the address and undefined behaviour sanitizers, on memory that ends where its arrays end.
//
//   bounds            prints the names of the kernels that ran
//   bounds mistake    must not survive

#include "Case.h"
#include <cstdio>
#include <cstring>

std::set<std::string> launched;
emulator::Order order;
unsigned long long bits;

static unsigned long long bits_of(emulator::Order::Kind kind) {
    order = {kind, 1};
    bits = 14695981039346656037u;
    batches();
    products();
    optimizer();
    rows();
    recurrent();
    sequences();
    return bits;
}

int main(int count, char **arguments) {
    try {
        if (count > 1 && !strcmp(arguments[1], "mistake")) mistake();
        unsigned long long expected = bits_of(emulator::Order::FORWARD);
        if (bits_of(emulator::Order::REVERSED) != expected || bits_of(emulator::Order::RANDOM) != expected) {
            throw std::runtime_error("another order of threads gives other bits: a barrier is missing");
        }
    } catch (const std::exception &error) {
        fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    for (const std::string &name : launched) puts(name.c_str());
}
