// The pool of tdsl/pool.hpp: workers spin for some microseconds, then sleep on a futex.
//
// Workers may enter a loop while it has tasks left.  Its caller waits for workers that have entered, never for one that
// is still waking up.  Threads that call loops at the same time share the workers evenly: a worker leaves between two
// tasks when its loop has more than its share.
#include "tdsl/pool.hpp"

#include "buffer.hpp"
#include "cpus.hpp"
#include "float_state.hpp"

// <chrono>, <mutex> and <thread> would double the compile time of this file.
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <new>

namespace tdsl {
namespace {

constexpr std::int64_t spinning_time = 20'000;   // nanoseconds, like all times here
constexpr std::int64_t recent_time = 1'000'000;
constexpr int most_threads = 1024;
constexpr int most_loops = 32;  // at a time; further callers work alone

void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

std::int64_t now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Returns as soon as ready() holds or the spinning time is over.
template <typename Ready>
bool spin_until(Ready ready) {
    const std::int64_t end = now() + spinning_time;
    do {
        for (int i = 0; i < 32; ++i) {
            if (ready()) return true;
            pause();
        }
    } while (now() < end);
    return ready();
}

void run_alone(std::int64_t tasks, bool (*task)(void *, std::int64_t), void *context) {
    std::int64_t index = 0;
    while (index < tasks && task(context, index)) ++index;
}

// Counts the threads that call loops now, or that did at the same time within the last millisecond: the code of a
// training between two loops is too short to wake up workers for.
class Callers {
public:
    void enter() {
        const int present = present_.fetch_add(1, std::memory_order_relaxed) + 1;
        if (present == 1 || present < recent_most_.load(std::memory_order_relaxed)) return;
        recent_most_.store(present, std::memory_order_relaxed);
        recent_time_.store(now(), std::memory_order_relaxed);
    }
    void leave() { present_.fetch_sub(1, std::memory_order_relaxed); }

    int count() {
        const int present = std::max(1, present_.load(std::memory_order_relaxed));
        const int recent = recent_most_.load(std::memory_order_relaxed);
        if (recent <= present) return present;
        if (now() - recent_time_.load(std::memory_order_relaxed) < recent_time) return recent;
        recent_most_.store(0, std::memory_order_relaxed);
        return present;
    }

private:
    std::atomic<int> present_{0}, recent_most_{0};
    std::atomic<std::int64_t> recent_time_{0};
};

// A slot for a loop.  The low bits of the state count its helpers, the bits above limit their number, and the highest
// bit marks a slot that a caller has taken.
class alignas(64) Loop {
public:
    bool take() {
        std::uint32_t free = 0;
        return state_.load(std::memory_order_relaxed) == 0 &&
               state_.compare_exchange_strong(free, taken, std::memory_order_acquire);
    }

    void open(int threads, std::int64_t tasks, bool (*task)(void *, std::int64_t), void *context) {
        task_ = task;
        context_ = context;
        tasks_ = tasks;
        next_.store(0, std::memory_order_relaxed);
        const auto helpers = static_cast<std::uint32_t>(std::min<std::int64_t>(threads, tasks) - 1);
        state_.fetch_add(helpers * one_place, std::memory_order_release);
    }

    // Runs tasks on this thread while there are any and wanted() holds.
    template <typename Wanted>
    void run(Thread &thread, Wanted wanted) {
        thread.is_inside_loop = true;
        while (wanted()) {
            const std::int64_t index = next_.fetch_add(1, std::memory_order_relaxed);
            if (index >= tasks_) {
                state_.fetch_and(~places_mask, std::memory_order_relaxed);
                break;
            }
            if (!task_(context_, index)) next_.store(tasks_, std::memory_order_relaxed);
        }
        thread.is_inside_loop = false;
    }

    bool join(int share) {
        return count_helpers(1, [share](std::uint32_t state) {
            const std::uint32_t helpers = state & helpers_mask;
            return helpers < (state & places_mask) / one_place && static_cast<int>(helpers) + 1 < share;
        });
    }

    bool leave_if_above(int share) {
        return leave_if([share](std::uint32_t state) { return static_cast<int>(state & helpers_mask) + 1 > share; });
    }
    void leave() {
        leave_if([](std::uint32_t) { return true; });
    }

    // Waits for the helpers that have entered the loop, and frees the slot.
    void close() {
        const auto alone = [&] { return state_.load(std::memory_order_acquire) == taken; };
        if (!alone() && !spin_until(alone))
            for (std::uint32_t state; (state = state_.load(std::memory_order_acquire)) != taken;) state_.wait(state);
        state_.store(0, std::memory_order_release);
    }

private:
    static constexpr std::uint32_t taken = 1U << 31, one_place = 1U << 12;
    static constexpr std::uint32_t helpers_mask = one_place - 1, places_mask = (taken - 1) & ~helpers_mask;

    template <typename Allowed>
    bool count_helpers(std::uint32_t by, Allowed allowed) {
        std::uint32_t state = state_.load(std::memory_order_relaxed);
        while (allowed(state))
            if (state_.compare_exchange_weak(state, state + by, std::memory_order_acq_rel)) return true;
        return false;
    }

    template <typename Allowed>
    bool leave_if(Allowed allowed) {
        if (!count_helpers(-1U, allowed)) return false;
        if (state_.load(std::memory_order_relaxed) == taken) state_.notify_all();
        return true;
    }

    bool (*task_)(void *, std::int64_t) = nullptr;
    void *context_ = nullptr;
    std::int64_t tasks_ = 0;
    alignas(64) std::atomic<std::int64_t> next_{0};
    alignas(64) std::atomic<std::uint32_t> state_{0};
};

class Workers {
public:
    void run(Thread &thread, int threads, std::int64_t tasks, bool (*task)(void *, std::int64_t), void *context) {
        callers_.enter();
        Loop *const loop = std::find_if(loops_, loops_ + most_loops, [](Loop &place) { return place.take(); });
        if (loop == loops_ + most_loops) {
            run_alone(tasks, task, context);
        } else {
            if (started_.load(std::memory_order_relaxed) < threads - 1) start(threads - 1);
            loop->open(threads, tasks, task, context);
            if (share() > 1) {
                bell_.fetch_add(1);
                bell_.notify_all();
            }
            loop->run(thread, [] { return true; });
            loop->close();
        }
        callers_.leave();
    }

private:
    // The number of threads for each caller, itself included.
    int share() { return (started_.load(std::memory_order_relaxed) + 1) / callers_.count(); }

    void start(int count) {
        pthread_mutex_lock(&starting_);
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);  // workers handle no signals
        for (int number = started_.load(std::memory_order_relaxed); number < count; ++number) {
            pthread_t thread;
            const auto begin = [](void *self) -> void * {
                try {
                    static_cast<Workers *>(self)->work();
                } catch (const std::bad_alloc &) {  // the pool works with one thread less
                }
                return nullptr;
            };
            if (pthread_create(&thread, nullptr, begin, this) != 0) break;  // fewer threads compute the same
            pthread_detach(thread);
        }
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        started_.store(std::max(count, started_.load(std::memory_order_relaxed)), std::memory_order_relaxed);
        pthread_mutex_unlock(&starting_);
    }

    bool help(Thread &thread, Loop &loop) {
        if (!loop.join(share())) return false;
        bool left = false;
        loop.run(thread, [&] { return !(left = loop.leave_if_above(share())); });
        if (!left) loop.leave();
        return true;
    }

    void work() {
        Thread &thread = this_thread();
        for (;;) {
            const std::uint32_t rung = bell_.load(std::memory_order_acquire);
            bool helped = false;
            for (Loop &loop : loops_) helped |= help(thread, loop);
            if (helped) continue;
            if (share() > 1) {
                spin_until([&] { return bell_.load(std::memory_order_acquire) != rung; });
                bell_.wait(rung);
            } else {
                const timespec time{0, recent_time};
                nanosleep(&time, nullptr);  // with as many callers as threads the bell does not ring
            }
        }
    }

    Loop loops_[most_loops];
    Callers callers_;
    pthread_mutex_t starting_ = PTHREAD_MUTEX_INITIALIZER;
    std::atomic<int> started_{0};
    alignas(64) std::atomic<std::uint32_t> bell_{0};
};

Workers *workers = nullptr;  // never destroyed: its threads may outlive static objects

Workers &the_workers() {
    static const bool once = [] {
        workers = new Workers;
        // A forked child has none of the threads; locks may still be taken.
        pthread_atfork(nullptr, nullptr, [] { workers = new Workers; });
        return true;
    }();
    static_cast<void>(once);
    return *workers;
}

void run_loop(int threads, std::int64_t tasks, bool (*task)(void *, std::int64_t), void *context) {
    Thread &thread = this_thread();
    if (thread.is_inside_loop) return run_alone(tasks, task, context);
    the_workers().run(thread, threads, tasks, task, context);
}

Pool pool = run_loop;
int wanted_threads = 0;
std::atomic<int> decided_threads{0};  // 0: not yet

int default_threads() {
    if (const char *text = std::getenv("TDSL_NUM_THREADS")) {
        const long count = std::strtol(text, nullptr, 10);
        if (count >= 1) return static_cast<int>(std::min<long>(count, most_threads));
    }
    return std::min(wanted_threads >= 1 ? wanted_threads : usable_cpus(), most_threads);
}

// Exceptions stay within the module that owns the loop, as the pool may come from another compiler.  Every task runs in
// the floating-point state of the loop's caller.
struct Guarded {
    void (*body)(void *, std::int64_t);
    void *context;
    FloatState state;
    std::exception_ptr failure;
    std::atomic_flag failed = ATOMIC_FLAG_INIT;

    static bool run(void *self, std::int64_t task) {
        auto &guarded = *static_cast<Guarded *>(self);
        try {
            const ScopedFloatState state(guarded.state);
            guarded.body(guarded.context, task);
            return true;
        } catch (...) {
            if (!guarded.failed.test_and_set()) guarded.failure = std::current_exception();
            return false;
        }
    }
};

}  // namespace

Pool own_pool() {
    the_workers();  // made now: a fork while another thread makes them would deadlock the child
    return run_loop;
}
void use_pool(Pool other) { pool = other; }

void parallel_for(std::int64_t tasks, void (*body)(void *, std::int64_t), void *context) {
    const int threads = tasks > 1 ? tdsl_threads() : 1;
    if (threads == 1) {
        for (std::int64_t task = 0; task < tasks; ++task) body(context, task);
        return;
    }
    Guarded guarded{body, context, FloatState::now(), nullptr};
    pool(threads, tasks, Guarded::run, &guarded);
    if (guarded.failure) std::rethrow_exception(guarded.failure);
}

}  // namespace tdsl

extern "C" void tdsl_set_threads(int count) {
    tdsl::decided_threads.store(count < 1 ? tdsl::default_threads() : std::min(count, tdsl::most_threads));
}

extern "C" void tdsl_want_threads(int count) { tdsl::wanted_threads = count; }

extern "C" int tdsl_threads(void) {
    const int decided = tdsl::decided_threads.load(std::memory_order_relaxed);
    if (decided == 0) tdsl_set_threads(0);
    return decided ? decided : tdsl::decided_threads.load(std::memory_order_relaxed);
}
