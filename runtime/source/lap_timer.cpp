// See lap_timer.hpp.
#include "lap_timer.hpp"

#include <unistd.h>

#include <algorithm>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace tdsl {
namespace {

bool counts_steadily() {
#if defined(__x86_64__)
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & (1U << 8));
#else
    return true;
#endif
}

Laps *new_laps(const RoutinePlan &plan) {
    const auto count = static_cast<std::size_t>(std::max(plan.entry->lap_count, 1));
    const auto dims = static_cast<std::size_t>(plan.program->module->dim_count);
    auto laps = std::make_unique<Laps>();
    laps->dims.reset(new int64_t[dims]());
    laps->totals = new LapTotals[count]();
    laps->events = lap_clock().events;
    laps->counts_steadily = lap_clock().is_steady;
    laps->entry = static_cast<int32_t>(plan.program->module->initialise == plan.entry
                                           ? plan.program->module->entry_count
                                           : plan.entry - plan.program->module->entries);
    laps->next = __atomic_load_n(&plan.laps, __ATOMIC_ACQUIRE);
    while (!__atomic_compare_exchange_n(&plan.laps, &laps->next, laps.get(), false, __ATOMIC_RELEASE,
                                        __ATOMIC_ACQUIRE)) {
    }
    return laps.release();
}

// Laps that no other call uses.
Laps &free_laps(const RoutinePlan &plan) {
    for (Laps *laps = __atomic_load_n(&plan.laps, __ATOMIC_ACQUIRE); laps; laps = laps->next)
        if (!__atomic_exchange_n(&laps->is_busy, true, __ATOMIC_ACQUIRE)) return *laps;
    return *new_laps(plan);
}

int64_t thread_number() {
    static thread_local const int64_t number = gettid();
    return number;
}

}  // namespace

LapClock &lap_clock() {
    static LapClock clock = [] {
        const bool is_steady = counts_steadily();
        return LapClock{is_steady, ticks_now(is_steady), nanoseconds_now(), new LapEvents{}};
    }();
    return clock;
}

Laps *begin_laps(const RoutinePlan &plan, const int64_t *dims, bool is_call) {
    Laps &laps = free_laps(plan);
    if (is_call) put(laps.calls, laps.calls + 1);
    for (int i = 0; i < plan.program->module->dim_count; ++i) put(laps.dims[i], dims[i]);
    put(laps.thread, thread_number());
    laps.last = ticks_now(laps.counts_steadily);
    return &laps;
}

void end_laps(Laps *laps) { __atomic_store_n(&laps->is_busy, false, __ATOMIC_RELEASE); }

int64_t begin_timed_call() { return ticks_now(lap_clock().is_steady); }

void end_timed_call(const RoutinePlan &plan, int64_t start) {
    __atomic_fetch_add(&plan.ticks_in_calls, ticks_now(lap_clock().is_steady) - start, __ATOMIC_RELAXED);
}

}  // namespace tdsl
