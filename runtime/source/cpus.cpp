// The CPUs allowed by the affinity mask and by the quota of control groups, such as a container's `--cpus=2`.
#include "cpus.hpp"

#include <sched.h>

// The streams, strings and threads of C++ would take nearly all of this file's compile time.
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstring>

namespace tdsl {
namespace {

constexpr int longest = 4096;  // of a path or a line

// Reads `cpu.max` of cgroup version 2: microseconds of each period, or "max".
int granted_by(const char *root, const char *folder) {
    char path[2 * longest + 16];
    std::snprintf(path, sizeof path, "%s%s/cpu.max", root, folder);
    std::FILE *const file = std::fopen(path, "re");
    if (!file) return INT_MAX;
    double quota, period;
    const bool is_granted = std::fscanf(file, "%lf %lf", &quota, &period) == 2 && period > 0;
    std::fclose(file);
    return is_granted ? static_cast<int>(std::clamp(quota / period + 0.5, 1.0, 1e6)) : INT_MAX;
}

}  // namespace

int granted_cpus(const char *groups, const char *root) {
    std::FILE *const file = std::fopen(groups, "re");
    if (!file) return 0;
    char line[longest];
    int granted = INT_MAX;
    while (std::fgets(line, sizeof line, file)) {
        if (std::strncmp(line, "0::", 3) != 0) continue;
        char *const path = line + 3;
        path[std::strcspn(path, "\n")] = 0;
        // The group itself, then its parents.
        for (;;) {
            granted = std::min(granted, granted_by(root, path));
            char *const last = std::strrchr(path, '/');
            if (!last) break;
            *last = 0;
        }
    }
    std::fclose(file);
    return granted == INT_MAX ? 0 : granted;
}

int usable_cpus() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    int count = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
    if (count == 0) count = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
    const int granted = granted_cpus("/proc/self/cgroup", "/sys/fs/cgroup");
    return std::max(1, granted ? std::min(count, granted) : count);
}

}  // namespace tdsl
