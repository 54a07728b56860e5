// Compares the features that a module was compiled for with those of this processor.  Compiled for any processor; it
// calls nothing, as functions of the standard library may be compiled for the module's.
#ifndef TDSL_SOURCE_PROCESSOR_CHECK_HPP
#define TDSL_SOURCE_PROCESSOR_CHECK_HPP

#include "tdsl/processor.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace {

#if defined(__x86_64__) || defined(__i386__)

// Whether the operating system saves those registers on a context switch.
bool saves(uint32_t state) {
    uint32_t a, b, c, d;
    if (!state) return true;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1)) return false;
    asm("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    return (a & state) == state;
}

bool has(uint32_t leaf, uint32_t subleaf, int word, int bit, uint32_t state) {
    uint32_t words[4];
    return __get_cpuid_count(leaf, subleaf, words, words + 1, words + 2, words + 3) && (words[word] >> bit & 1) &&
           saves(state);
}
#define TDSL_FEATURE(name, macro, ...) {name, has(__VA_ARGS__)},

#elif defined(__aarch64__) && defined(__linux__)

bool has(int word, int bit) { return getauxval(word ? AT_HWCAP2 : AT_HWCAP) >> bit & 1; }
#define TDSL_FEATURE(name, macro, ...) {name, has(__VA_ARGS__)},

#endif

struct Feature {
    const char *name;
    bool present;
};

// Appends as much as fits.
char *append(char *to, const char *end, const char *text) {
    while (*text && to < end) *to++ = *text++;
    *to = 0;
    return to;
}

// Lists the needed features that this processor lacks; false if it has all.
bool lacks(uint64_t needed, char *words, const char *end) {
    const Feature features[] = {TDSL_FEATURES(TDSL_FEATURE){"", true}};
    bool any = false;
    for (const Feature *feature = features; needed; ++feature, needed >>= 1)
        if (needed & 1 && !feature->present) {
            words = append(append(words, end, any ? ", " : ""), end, feature->name);
            any = true;
        }
    return any;
}

}  // namespace

#if defined(__x86_64__)
#define TDSL_ADVICE "--march x86-64-v3 (x86-64-v2 for those without AVX2)"
#else
#define TDSL_ADVICE "--march none"
#endif

#endif
