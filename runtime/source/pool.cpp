// The pool behind tdsl/pool.hpp: workers spin for some microseconds, then sleep on a futex.
//
// A loop is open while tasks may still be taken.  Workers that arrive in time join it; the caller never waits for a
// worker that is still waking up, only for those that joined.
#include "tdsl/pool.hpp"

#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>

namespace {

constexpr auto spinning_time = std::chrono::microseconds(20);
constexpr int most_threads = 1024;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// Returns as soon as ready() holds or the spinning time is over.
template <typename Ready>
bool spin_until(Ready ready) {
    const auto end = std::chrono::steady_clock::now() + spinning_time;
    do {
        for (int i = 0; i < 32; ++i) {
            if (ready()) return true;
            pause();
        }
    } while (std::chrono::steady_clock::now() < end);
    return ready();
}

int wanted_threads = 0;

int default_threads() {
    if (const char *text = std::getenv("TDSL_NUM_THREADS")) {
        const long count = std::strtol(text, nullptr, 10);
        if (count >= 1) return static_cast<int>(count < most_threads ? count : most_threads);
    }
    if (wanted_threads >= 1) return wanted_threads < most_threads ? wanted_threads : most_threads;
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 0) return CPU_COUNT(&allowed);
    const unsigned count = std::thread::hardware_concurrency();
    return count ? static_cast<int>(count) : 1;
}

thread_local bool inside_loop = false;

class Pool {
public:
    explicit Pool(int threads) {
        for (int i = 1; i < threads; ++i) {
            try {
                std::thread([this] { work(); }).detach();
            } catch (const std::exception &) {
                break;  // no thread or no memory for it; fewer than wished for compute the same
            }
            ++workers_;
        }
    }

    // Only one loop at a time; the caller holds the lock of the pool.
    void run(std::int64_t tasks, void (*body)(void *, std::int64_t), void *context) {
        body_ = body;
        context_ = context;
        tasks_ = tasks;
        next_.store(0, std::memory_order_relaxed);
        failure_ = nullptr;
        state_.fetch_add(open, std::memory_order_release);
        bell_.fetch_add(1);
        bell_.notify_all();
        take_tasks();
        std::uint32_t state = state_.fetch_sub(open, std::memory_order_acq_rel) - open;
        if (state != 0 && !spin_until([&] { return state_.load(std::memory_order_acquire) == 0; })) {
            while ((state = state_.load(std::memory_order_acquire)) != 0) state_.wait(state);
        }
        if (failure_) std::rethrow_exception(failure_);
    }

    void retire() {
        leaving_.store(true);
        bell_.fetch_add(1);
        bell_.notify_all();
        while (workers_.load() != 0) std::this_thread::yield();
    }

private:
    static constexpr std::uint32_t open = 1u << 31;

    void take_tasks() {
        inside_loop = true;
        for (;;) {
            const std::int64_t task = next_.fetch_add(1, std::memory_order_relaxed);
            if (task >= tasks_) break;
            try {
                body_(context_, task);
            } catch (...) {
                const std::lock_guard<std::mutex> guard(failure_lock_);
                if (!failure_) failure_ = std::current_exception();
                next_.store(tasks_, std::memory_order_relaxed);
            }
        }
        inside_loop = false;
    }

    // The low bits of state_ count the workers inside the open loop.
    bool join() {
        std::uint32_t state = state_.load(std::memory_order_relaxed);
        while (state & open) {
            if (state_.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel)) return true;
        }
        return false;
    }

    void work() {
        inside_loop = false;  // what belongs to a thread is allocated when first touched, and ends the process if it fails
        std::uint32_t heard = 0;
        for (;;) {
            const auto rung = [&] { return bell_.load(std::memory_order_acquire) != heard; };
            if (!spin_until(rung)) bell_.wait(heard);
            heard = bell_.load(std::memory_order_acquire);
            if (leaving_.load()) break;
            if (!join()) continue;
            take_tasks();
            if (state_.fetch_sub(1, std::memory_order_acq_rel) == 1) state_.notify_all();
        }
        workers_.fetch_sub(1);
    }

    void (*body_)(void *, std::int64_t) = nullptr;
    void *context_ = nullptr;
    std::int64_t tasks_ = 0;
    std::exception_ptr failure_;
    std::mutex failure_lock_;
    std::atomic<int> workers_{0};
    std::atomic<bool> leaving_{false};
    alignas(64) std::atomic<std::int64_t> next_{0};
    alignas(64) std::atomic<std::uint32_t> state_{0};
    alignas(64) std::atomic<std::uint32_t> bell_{0};
};

struct Shared {
    std::mutex lock;
    Pool *pool = nullptr;  // never destroyed at exit: its threads may outlive static objects
    int threads = 0;       // 0: not decided yet
};

Shared *shared = nullptr;

void forget_pool_in_child() {
    // The threads are gone and the lock may be held by one of them: start anew, keep only the wish.
    const int threads = shared->threads;
    shared = new Shared;
    shared->threads = threads;
}

Shared &the_pool() {
    static const bool once = [] {
        shared = new Shared;
        pthread_atfork(nullptr, nullptr, forget_pool_in_child);
        return true;
    }();
    static_cast<void>(once);
    return *shared;
}

int decided_threads(Shared &all) {
    if (all.threads == 0) all.threads = default_threads();
    return all.threads;
}

}  // namespace

extern "C" void tdsl_set_threads(int count) {
    Shared &all = the_pool();
    const std::lock_guard<std::mutex> guard(all.lock);
    if (all.pool) {
        all.pool->retire();
        delete all.pool;
        all.pool = nullptr;
    }
    all.threads = count < 1 ? default_threads() : (count < most_threads ? count : most_threads);
}

extern "C" void tdsl_want_threads(int count) { wanted_threads = count; }

extern "C" int tdsl_threads(void) {
    Shared &all = the_pool();
    const std::lock_guard<std::mutex> guard(all.lock);
    return decided_threads(all);
}

void tdsl::parallel_for(std::int64_t tasks, void (*body)(void *, std::int64_t), void *context) {
    if (tasks > 1 && !inside_loop) {
        Shared &all = the_pool();
        const std::unique_lock<std::mutex> guard(all.lock, std::try_to_lock);
        if (guard.owns_lock() && decided_threads(all) > 1) {
            if (!all.pool) all.pool = new Pool(all.threads);
            all.pool->run(tasks, body, context);
            return;
        }
    }
    for (std::int64_t task = 0; task < tasks; ++task) body(context, task);
}
