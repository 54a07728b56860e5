// What a library is linked with, where the processor lacks features that it was compiled for: nothing of it may run.
#include "library.hpp"
#include "tdsl/abi.h"
#include "tdsl/processor.hpp"

#include "far.h"

#include <cstdio>
#include <cstdlib>

#define TDSL_ONE(...) +1
constexpr int count = 0 TDSL_FEATURES(TDSL_ONE);

extern "C" {
// All features: no x86 processor has them all, as some are of one vendor only.
extern const uint64_t tdsl_this_processor = (uint64_t{1} << count) - 1;
extern const tdsl_module tdsl_this_module = [] {
    tdsl_module made{};
    made.name = "far";
    made.source = "far.tdsl";
    return made;
}();
}

namespace tdsl::library {
int call(Model *, int, const void *const *, const std::int64_t *, void *const *) noexcept { std::abort(); }
void set_threads(int) noexcept { std::abort(); }
const char *error_text() noexcept { std::abort(); }
}  // namespace tdsl::library

int main() {
    double found = 0;
    far_set_threads(2);
    std::printf("%d %s\n", far_f(1, &found), far_error());
}
