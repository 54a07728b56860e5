// Checks of data that a call is given: positions, labels and divisors.  Kernels record the fault and go on.
#ifndef TDSL_CHECKS_HPP
#define TDSL_CHECKS_HPP

#include <cstdint>

#include "tdsl/abi.h"
#include "tdsl/attributes.hpp"
#include "tdsl/math.hpp"

#ifdef TDSL_DEVICE
#include "tdsl/cuda/faults.hpp"
#endif

namespace tdsl {

inline bool in_bounds(int64_t index, int64_t size) {
    return static_cast<uint64_t>(index) < static_cast<uint64_t>(size);
}

#ifndef TDSL_DEVICE
using Caller = tdsl_call *;

// Keeps the fault of the lowest site, and of one site the least value: the same fault for any number of threads.
TDSL_NOINLINE __attribute__((cold)) inline void report_fault(tdsl_call *call, int32_t site, int64_t value,
                                                             int64_t bound) {
    static char busy = 0;
    while (__atomic_test_and_set(&busy, __ATOMIC_ACQUIRE)) {
    }
    tdsl_fault &kept = call->fault;
    if (kept.site == 0 || site + 1 < kept.site || (site + 1 == kept.site && value < kept.value))
        kept = {site + 1, value, bound, {}};
    __atomic_clear(&busy, __ATOMIC_RELEASE);
}
#endif

// The number of steps that a loop of at most `trip` does.
inline int64_t steps_of(int64_t limit, int64_t trip) { return limit < trip ? (limit < 0 ? 0 : limit) : trip; }

// A position, counted from the end if negative; 0 and a fault if out of bounds.  Nothing is reported unless the element
// is `real`: others belong to a side that is not chosen.
TDSL_INLINE int64_t checked_index(Caller call, int32_t site, int64_t position, int64_t bound, bool real = true) {
    const int64_t from_start = position < 0 && position >= -bound ? position + bound : position;
    if (in_bounds(from_start, bound)) return from_start;
    if (real) report_fault(call, site, position, bound);
    return 0;
}

// A label as it is; 0 and a fault if out of bounds.
TDSL_INLINE int64_t checked_label(Caller call, int32_t site, int64_t label, int64_t bound, bool real = true) {
    if (in_bounds(label, bound)) return label;
    if (real) report_fault(call, site, label, bound);
    return 0;
}

template <typename T>
inline T floordiv(Caller call, int32_t site, T a, T b, bool real = true) {
    if (b == 0 && real) report_fault(call, site, static_cast<int64_t>(a), 0);
    return floordiv(a, b);
}

template <typename T>
inline T mod(Caller call, int32_t site, T a, T b, bool real = true) {
    if (b == 0 && real) report_fault(call, site, static_cast<int64_t>(a), 0);
    return mod(a, b);
}

}  // namespace tdsl

#endif
