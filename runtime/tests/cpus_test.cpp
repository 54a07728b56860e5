// CPUs that control groups grant, read from a folder like /sys/fs/cgroup.
#include "../source/cpus.hpp"

#include "check.hpp"

#include <filesystem>
#include <fstream>
#include <string>

int main() {
    namespace files = std::filesystem;
    const std::string root = "cpus_test_groups", groups = root + "/groups";
    files::remove_all(root);
    files::create_directories(root + "/outer/inner");
    const auto write = [](const std::string &path, const char *text) { std::ofstream(path) << text; };
    const auto granted = [&] { return tdsl::granted_cpus(groups.c_str(), root.c_str()); };

    CHECK(granted() == 0);  // no list of groups
    write(groups, "1:cpu:/outer\n0::/outer/inner\n");
    CHECK(granted() == 0);  // no files
    write(root + "/outer/inner/cpu.max", "max 100000\n");
    CHECK(granted() == 0);
    write(root + "/outer/cpu.max", "350000 100000\n");
    CHECK(granted() == 4);
    write(root + "/cpu.max", "200000 100000\n");
    CHECK(granted() == 2);
    write(root + "/outer/inner/cpu.max", "20000 100000\n");
    CHECK(granted() == 1);
    write(groups, "0::/\n");
    CHECK(granted() == 2);
    write(root + "/cpu.max", "nonsense");
    CHECK(granted() == 0);
    files::remove_all(root);
    CHECK(tdsl::usable_cpus() >= 1);
}
