// The init function of a module.  It is compiled for any processor and checks that this one has the features that the
// module was compiled for before any other code of the module runs.  Its few functions of CPython's stable ABI are
// declared here, as parsing Python.h takes long.
#include "tdsl/abi.h"
#include "tdsl/processor.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;  // compiled_features() with the module's flags
void *tdsl_bind(const tdsl_module *);

extern void *PyExc_ImportError;
void *PyErr_Format(void *, const char *, ...);
}

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

// TDSL_INIT is PyInit_ with the module's name.
extern "C" __attribute__((visibility("default"))) void *TDSL_INIT(void) {
    char missing[400];
    if (lacks(tdsl_this_processor, missing, missing + sizeof missing - 1))
        return PyErr_Format(PyExc_ImportError,
                            "%s was compiled for another processor, and this one has no %s; compile %s on this "
                            "machine, or for many with " TDSL_ADVICE,
                            tdsl_this_module.name, missing, tdsl_this_module.source);
    return tdsl_bind(&tdsl_this_module);
}
