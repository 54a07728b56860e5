// Sizes of caches: from CPUID on x86, from the operating system elsewhere, or defaults.
#include "caches.hpp"

#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

namespace tdsl {
namespace {

constexpr Caches usual{32 << 10, 512 << 10};
constexpr std::int64_t least_first = 8 << 10, most_first = 1 << 20, least_second = 128 << 10, most_second = 16 << 20;

#if defined(__x86_64__) || defined(__i386__)
// Two CPUID leaves of one format: 4 on Intel's processors and compatible ones, 0x8000001d on AMD's.
Caches listed_by(unsigned leaf) {
    Caches found{0, 0};
    unsigned a = 0, b = 0, c = 0, d = 0;
    for (unsigned number = 0; number < 16 && __get_cpuid_count(leaf, number, &a, &b, &c, &d); ++number) {
        const unsigned kind = a & 31, level = a >> 5 & 7;
        if (kind == 0) break;
        constexpr unsigned instructions = 2;
        if (kind == instructions) continue;
        const std::int64_t ways = (b >> 22) + 1, parts = (b >> 12 & 1023) + 1, line = (b & 4095) + 1;
        const std::int64_t size = ways * parts * line * (std::int64_t{c} + 1);
        if (level == 1) found.first = size;
        if (level == 2) found.second = size;
    }
    return found;
}

Caches reported() {
    const Caches found = listed_by(4);
    return found.first ? found : listed_by(0x8000001d);
}
#elif defined(__APPLE__)
std::int64_t system_value(const char *name) {
    std::int64_t size = 0;
    std::size_t length = sizeof size;
    return sysctlbyname(name, &size, &length, nullptr, 0) == 0 ? size : 0;
}

// The caches of the performance cores, four of which share an L2 cache.
Caches reported() {
    return {system_value("hw.perflevel0.l1dcachesize"), system_value("hw.perflevel0.l2cachesize") / 4};
}
#elif defined(_SC_LEVEL1_DCACHE_SIZE)
Caches reported() { return {sysconf(_SC_LEVEL1_DCACHE_SIZE), sysconf(_SC_LEVEL2_CACHE_SIZE)}; }
#else
Caches reported() { return {0, 0}; }
#endif

Caches plausible() {
    Caches sizes = reported();
    if (sizes.first < least_first || sizes.first > most_first) sizes.first = usual.first;
    if (sizes.second < least_second || sizes.second > most_second) sizes.second = usual.second;
    return sizes;
}

Caches &current() {
    static Caches sizes = plausible();
    return sizes;
}

}  // namespace

const Caches &caches() { return current(); }
void use_caches(Caches other) { current() = other; }

}  // namespace tdsl
