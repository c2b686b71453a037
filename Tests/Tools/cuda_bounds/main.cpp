// Runs every CUDA kernel in the emulator, under the address and undefined behaviour sanitizers, on memory that ends where its arrays end.
//
//   bounds            prints the names of the kernels that ran
//   bounds mistake    must not survive

#include "Case.h"
#include <cstdio>
#include <cstring>

std::set<std::string> launched;
emulator::Order order;

int main(int count, char **arguments) {
    try {
        if (count > 1 && !strcmp(arguments[1], "mistake")) mistake();
        for (emulator::Order::Kind kind : {emulator::Order::FORWARD, emulator::Order::REVERSED, emulator::Order::RANDOM}) {
            order = {kind, 1};
            batches();
            products();
            optimizer();
            rows();
            recurrent();
            sequences();
        }
    } catch (const std::exception &error) {
        fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    for (const std::string &name : launched) puts(name.c_str());
}
