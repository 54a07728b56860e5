// See library_memory.hpp.
#include "library_memory.hpp"

#include "library_model.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace tdsl::library {
namespace {

constexpr std::int64_t most_bytes = INT64_MAX - 1;
constexpr const char *variable = "TDSL_MEMORY_LIMIT";

std::string stripped(const char *text) {
    std::string found(text ? text : "");
    while (!found.empty() && std::isspace(static_cast<unsigned char>(found.back()))) found.pop_back();
    std::size_t start = 0;
    while (start < found.size() && std::isspace(static_cast<unsigned char>(found[start]))) ++start;
    return found.substr(start);
}

// Bytes of "512" MiB, "0.5", "1e3" or "2 GiB"; 0 without a limit.
std::int64_t given_bytes() {
    const std::string text = stripped(std::getenv(variable));
    if (text.empty()) return 0;
    const std::string shown = std::string(variable) + " is " + quoted(text.c_str()) +
                              ", expected a number of MiB, or one with a unit, such as 512, 0.5 or 2G";
    const std::size_t length = std::strspn(text.c_str(), "0123456789.eE+");
    char *end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const char *unit = text.c_str() + length;
    if (!std::isdigit(static_cast<unsigned char>(text[0])) && text[0] != '.') fail(bad_argument, shown);
    if (end != unit) fail(bad_argument, shown);
    if (std::isspace(static_cast<unsigned char>(*unit))) ++unit;
    double scale = 1 << 20;
    const char *const units = "kmgtp";
    if (const char *found = *unit ? std::strchr(units, std::tolower(static_cast<unsigned char>(*unit))) : nullptr) {
        scale = 1024;
        for (const char *each = units; each < found; ++each) scale *= 1024;
        ++unit;
    }
    if (std::tolower(static_cast<unsigned char>(*unit)) == 'i') ++unit;
    if (std::tolower(static_cast<unsigned char>(*unit)) == 'b') ++unit;
    if (*unit) fail(bad_argument, shown);
    const double bytes = number * scale;
    return bytes < static_cast<double>(most_bytes) ? static_cast<std::int64_t>(bytes) : most_bytes;
}

void lower(Limit &limit, std::int64_t bytes, const char *origin) {
    if (bytes > 0 && bytes < limit.bytes) limit = {bytes, origin};
}

// The limits of the control groups of the process, on Linux.
void lower_to_groups(Limit &limit) {
    std::FILE *const groups = std::fopen("/proc/self/cgroup", "r");
    if (!groups) return;
    char text[4096];
    while (std::fgets(text, sizeof text, groups)) {
        text[std::strcspn(text, "\n")] = 0;
        char *const controllers = std::strchr(text, ':');
        char *const path = controllers ? std::strchr(controllers + 1, ':') : nullptr;
        if (!path) continue;
        *path = 0;
        const bool is_unified = !controllers[1];
        if (!is_unified && !std::strstr((std::string(",") + (controllers + 1) + ",").c_str(), ",memory,")) continue;
        const std::string root = is_unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
        const std::string name = is_unified ? "/memory.max" : "/memory.limit_in_bytes";
        for (std::string folder = path + 1;; folder.resize(folder.rfind('/'))) {
            if (std::FILE *const file = std::fopen((root + folder + name).c_str(), "r")) {
                long long bytes = 0;
                if (std::fscanf(file, "%lld", &bytes) == 1) lower(limit, bytes, "the control group's limit");
                std::fclose(file);
            }
            if (folder.find('/') == std::string::npos) break;
        }
    }
    std::fclose(groups);
}

}  // namespace

Limit memory_limit(const tdsl_module &module) {
    if (const std::int64_t given = given_bytes()) return {given, variable};
    if (module.options.memory_limit)
        return {std::int64_t{module.options.memory_limit} << 20, "the setting memory_limit"};
    Limit limit{most_bytes, "the address space"};
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0) lower(limit, std::int64_t{pages} * page, "the machine's memory");
    rlimit space;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
        lower(limit, static_cast<std::int64_t>(space.rlim_cur), "RLIMIT_AS");
    lower_to_groups(limit);
    return limit;
}

}  // namespace tdsl::library
