// Faults that kernels find in the data of a call.
#ifndef TDSL_CUDA_FAULTS_HPP
#define TDSL_CUDA_FAULTS_HPP

#include <cstdint>

#include "tdsl/attributes.hpp"
#include "tdsl/cuda/thread.hpp"

namespace tdsl {

using Caller = const tdsl_launch &;

// Keeps the fault of the lowest site, and of one site the least value: the same fault in any order of the threads.  The
// sign of the site is a lock.  Inlined, as arguments of a call would be kept in memory.
TDSL_INLINE void report_fault(const tdsl_launch &call, int32_t site, int64_t value, int64_t bound) {
    constexpr uint32_t lock = uint32_t{1} << 31;
    tdsl_fault *const fault = call.fault;
    uint32_t *const word = reinterpret_cast<uint32_t *>(&fault->site);
    for (bool done = false; !done;) {
        const uint32_t before = fetch_or(word, lock);
        if (before & lock) continue;
        memory_fence();
        const int32_t kept = static_cast<int32_t>(before);
        volatile tdsl_fault *const found = fault;
        const bool first = kept == 0 || site + 1 < kept || (site + 1 == kept && value < found->value);
        if (first) {
            found->value = value;
            found->bound = bound;
            for (int step = 0; step < TDSL_MOST_STEPS; ++step) found->steps[step] = call.steps[step];
        }
        memory_fence();
        exchange(word, first ? static_cast<uint32_t>(site + 1) : before);
        done = true;
    }
}

}  // namespace tdsl

#endif
