// Times calls and the laps of their routines, in modules that are compiled with a profile.
#ifndef TDSL_SOURCE_LAP_TIMER_HPP
#define TDSL_SOURCE_LAP_TIMER_HPP

#include "call.hpp"
#include "tdsl/laps.hpp"

#include <memory>

namespace tdsl {

// The laps of an entry, all of which are in a list.  They live as long as the process.
struct Laps : tdsl_laps {
    Laps *next = nullptr;
    int64_t calls = 0;
    std::unique_ptr<int64_t[]> dims;  // of the last call
    bool is_busy = true;
};

struct LapClock {
    bool is_steady;
    int64_t ticks, nanoseconds;  // of its start
    LapEvents *events;
};
LapClock &lap_clock();

Laps *begin_laps(const RoutinePlan &plan, const std::int64_t *dims, bool is_call);
void end_laps(Laps *laps);
std::int64_t begin_timed_call();
void end_timed_call(const RoutinePlan &plan, std::int64_t start);
inline bool has_profile(const RoutinePlan &plan) { return plan.program->module->options.profile; }

// Times a call as a whole.
class CallTimer {
public:
    explicit CallTimer(const RoutinePlan &plan) : plan_(plan), start_(has_profile(plan) ? begin_timed_call() : 0) {}
    CallTimer(const CallTimer &) = delete;
    CallTimer &operator=(const CallTimer &) = delete;
    ~CallTimer() {
        if (start_) end_timed_call(plan_, start_);
    }

private:
    const RoutinePlan &plan_;
    const std::int64_t start_;
};

// Times the statements of a run, or of its update.
class LapTimer {
public:
    LapTimer(tdsl_call &call, const RoutinePlan &plan, const std::int64_t *dims, bool is_call)
        : laps_(has_profile(plan) ? begin_laps(plan, dims, is_call) : nullptr) {
        call.laps = laps_ ? laps_ : nullptr;
    }
    LapTimer(const LapTimer &) = delete;
    LapTimer &operator=(const LapTimer &) = delete;
    ~LapTimer() {
        if (laps_) end_laps(laps_);
    }

private:
    Laps *const laps_;
};

}  // namespace tdsl

#endif
