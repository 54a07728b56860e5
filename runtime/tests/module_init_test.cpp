// The processor check of a module's init function, with made-up requirements.
#define TDSL_INIT PyInit_tried
#include "../source/module_init.cpp"

#include "check.hpp"

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace {
int bound = 0;
char message[2000];
}  // namespace

extern "C" {
void *PyExc_ImportError = &PyExc_ImportError;

void *tdsl_bind(const tdsl_module *module) {
    ++bound;
    return const_cast<tdsl_module *>(module);
}

void *PyErr_Format(void *kind, const char *format, ...) {
    CHECK(kind == PyExc_ImportError);
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return nullptr;
}
}

#define TDSL_ONE(...) +1
constexpr int count = 0 TDSL_FEATURES(TDSL_ONE);

// All features: no x86 processor has them all, as some are of one vendor only.
const uint64_t tdsl_this_processor = (uint64_t{1} << count) - 1;
const tdsl_module tdsl_this_module = [] {
    tdsl_module made{};
    made.name = "tried";
    made.source = "tried.tdsl";
    return made;
}();

int main() {
    char words[400];
    const auto are_missing = [&](uint64_t needed) { return lacks(needed, words, words + sizeof words - 1); };
    CHECK(!are_missing(0));
    CHECK(!are_missing(tdsl::compiled_features()));  // this test runs where it was compiled
    if (!are_missing(tdsl_this_processor)) return 0;  // no features are listed for such processors, or this one has all

    CHECK(PyInit_tried() == nullptr && bound == 0);
    CHECK(std::strstr(message, "tried was compiled for another processor, and this one has no "));
    CHECK(std::strstr(message, words) && std::strstr(message, "--march"));

    char short_words[8];
    CHECK(lacks(tdsl_this_processor, short_words, short_words + sizeof short_words - 1));
    CHECK(std::strlen(short_words) == sizeof short_words - 1);
}
