// The laps of a profile: after each statement of a routine, its time and its work are added up.
#ifndef TDSL_LAPS_HPP
#define TDSL_LAPS_HPP

#include <stdint.h>
#include <time.h>

#include "tdsl/abi.h"

namespace tdsl {

// The sums of a statement over all times that it ran.
struct LapTotals {
    int64_t runs, ticks, flop, functions, bytes;
};

struct LapEvent {
    int64_t start, end, thread;
    int32_t entry, number;
};

// The latest events of all threads: as many as `next` counts, the oldest ones replaced.
struct LapEvents {
    static constexpr int64_t most = 1 << 16;
    int64_t next;
    LapEvent events[most];
};

// Others may read while it is written, one number at a time.
template <typename Number>
inline void put(Number &to, Number value) {
    __atomic_store_n(&to, value, __ATOMIC_RELAXED);
}

inline int64_t nanoseconds_now() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

// A steady count that takes some nanoseconds to read.  A processor of the x86 family has one only if it says so.
inline int64_t ticks_now(bool counts_steadily) {
#if defined(__x86_64__)
    if (counts_steadily) return static_cast<int64_t>(__builtin_ia32_rdtsc());
#elif defined(__aarch64__)
    if (counts_steadily) {
        int64_t now;
        asm volatile("mrs %0, cntvct_el0" : "=r"(now));
        return now;
    }
#endif
    (void)counts_steadily;
    return nanoseconds_now();
}

}  // namespace tdsl

// The laps of one entry; of concurrent calls each has its own.
struct tdsl_laps {
    tdsl::LapTotals *totals;  // by the number of the lap
    tdsl::LapEvents *events;
    int64_t last;  // ticks at the end of the lap before
    int64_t thread;
    int32_t entry;
    bool counts_steadily;
};

namespace tdsl {

// Reads the time first and last, so that counting is part of no statement.
[[gnu::noinline]] inline void lap(tdsl_call *call, int64_t number, int64_t flop, int64_t functions, int64_t bytes) {
    tdsl_laps *const laps = call->laps;
    if (!laps) return;
    const int64_t now = ticks_now(laps->counts_steadily);
    LapTotals &totals = laps->totals[number];
    put(totals.runs, totals.runs + 1);
    put(totals.ticks, totals.ticks + now - laps->last);
    put(totals.flop, totals.flop + flop);
    put(totals.functions, totals.functions + functions);
    put(totals.bytes, totals.bytes + bytes);
    LapEvents &all = *laps->events;
    LapEvent &event = all.events[__atomic_fetch_add(&all.next, 1, __ATOMIC_RELAXED) % LapEvents::most];
    put(event.start, laps->last);
    put(event.end, now);
    put(event.thread, laps->thread);
    put(event.entry, laps->entry);
    put(event.number, static_cast<int32_t>(number));
    laps->last = ticks_now(laps->counts_steadily);
}

}  // namespace tdsl

#endif
