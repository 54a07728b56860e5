// CPUs of the affinity and of the control groups' quota, such as a container's `--cpus=2`.
#include "cpus.hpp"

#include <sched.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

namespace tdsl {
namespace {

// What `cpu.max` of version 2 says: microseconds of each period, or "max".
int granted_by(const std::string &folder) {
    std::ifstream file(folder + "/cpu.max");
    double quota, period;
    if (!(file >> quota >> period) || period <= 0) return INT_MAX;
    return static_cast<int>(std::clamp(quota / period + 0.5, 1.0, 1e6));
}

}  // namespace

int granted_cpus(const char *groups, const char *root) {
    std::ifstream file(groups);
    std::string line;
    int granted = INT_MAX;
    while (std::getline(file, line)) {
        if (line.rfind("0::", 0) != 0) continue;
        for (std::string path = line.substr(3);; path.resize(path.rfind('/'))) {
            granted = std::min(granted, granted_by(root + path));
            if (path.find('/') == std::string::npos) break;
        }
    }
    return granted == INT_MAX ? 0 : granted;
}

int usable_cpus() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    int count = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
    if (count == 0) count = static_cast<int>(std::thread::hardware_concurrency());
    const int granted = granted_cpus("/proc/self/cgroup", "/sys/fs/cgroup");
    return std::max(1, granted ? std::min(count, granted) : count);
}

}  // namespace tdsl
