#include "Settings.h"

#include <sstream>

namespace driver {

static unsigned long long number(const std::string &text) {
    size_t read = 0;
    unsigned long long value = 0;
    if (!text.empty() && isdigit((unsigned char)text[0])) value = std::stoull(text, &read);
    if (text.empty() || read != text.size()) throw std::invalid_argument("'" + text + "' is not a number");
    return value;
}

static emulator::Order order(const std::string &text) {
    if (text == "forward") return {emulator::Order::FORWARD};
    if (text == "reversed") return {emulator::Order::REVERSED};
    if (text.starts_with("random:")) return {emulator::Order::RANDOM, number(text.substr(7))};
    throw std::invalid_argument("order '" + text + "' is not forward, reversed or random:SEED");
}

static PlannedFailure failure(const std::string &text) {
    size_t colon = text.find(':'), at = text.find('@');
    if (colon == std::string::npos) throw std::invalid_argument("'" + text + "' is not FUNCTION:CODE");
    std::string code = text.substr(colon + 1, at == std::string::npos ? at : at - colon - 1);
    return {text.substr(0, colon), (int)number(code), at == std::string::npos ? 0 : (int)number(text.substr(at + 1))};
}

static void set(Settings &settings, const std::string &key, const std::string &value) {
    if (key == "devices") settings.devices = (int)number(value);
    else if (key == "init") settings.init = (int)number(value);
    else if (key == "driver") settings.version = (int)number(value);
    else if (key == "memory") settings.memory = number(value);
    else if (key == "capability") settings.capability = (int)number(value);
    else if (key == "name") settings.name = value;
    else if (key == "fail") settings.failures.push_back(failure(value));
    else if (key == "missing") settings.missing.insert(value);
    else if (key == "skip") settings.skipped.insert(value);
    else if (key == "order") settings.order = order(value);
    else throw std::invalid_argument("no setting '" + key + "'");
}

Settings parse(const std::string &text) {
    Settings settings;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        size_t equals = part.find('=');
        if (equals == std::string::npos) throw std::invalid_argument("'" + part + "' is not SETTING=VALUE");
        set(settings, part.substr(0, equals), part.substr(equals + 1));
    }
    return settings;
}

}  // namespace driver
