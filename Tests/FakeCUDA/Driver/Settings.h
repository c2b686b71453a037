#pragma once

// How tests tell the mock driver to behave, see FakeCUDA.h.

#include "../Emulator/Scheduler.h"
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace driver {

struct PlannedFailure {
    std::string function;
    int code;
    int call;       // which one fails, from 1; 0: all
    int calls = 0;  // until now
};

struct Settings {
    int devices = 1, init = 0, version = 12080, capability = 80;
    unsigned long long memory = 8ull << 30;
    std::string name = "Fake GPU";
    std::vector<PlannedFailure> failures;
    std::set<std::string> missing, skipped;
    emulator::Order order;
};

/// Throws std::invalid_argument with a sentence.
Settings parse(const std::string &text);

}  // namespace driver
