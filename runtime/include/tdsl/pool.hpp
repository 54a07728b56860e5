// One pool of threads for all modules of a process.
//
// The caller numbers the tasks and derives them from sizes alone; any thread may run any task, so results never depend
// on the number of threads.  A nested loop runs on the thread that calls it.
#ifndef TDSL_POOL_HPP
#define TDSL_POOL_HPP

#include <cstdint>
#include <type_traits>

extern "C" {
// Sets how many threads this module's loops use at most, from the next loop on; below 1: the default.
void tdsl_set_threads(int count);
// Sets the default for a process without TDSL_NUM_THREADS; below 1: one thread per CPU.
void tdsl_want_threads(int count);
int tdsl_threads(void);
}

namespace tdsl {

// Calls body(context, i) for every i in [0, tasks) and returns when all are done.  Rethrows the first exception.
void parallel_for(std::int64_t tasks, void (*body)(void *context, std::int64_t task), void *context);

template <typename Body>
void parallel(std::int64_t tasks, Body &&body) {
    using Plain = std::remove_reference_t<Body>;
    parallel_for(
        tasks, [](void *context, std::int64_t task) { (*static_cast<Plain *>(context))(task); },
        const_cast<void *>(static_cast<const void *>(&body)));
}

// Runs the tasks of one loop on at most `threads` threads; after a task has returned false no new one begins.  A pool
// is this one function pointer, so that the first module of a process can share its pool with the others.
using Pool = void (*)(int threads, std::int64_t tasks, bool (*task)(void *context, std::int64_t index), void *context);

Pool own_pool();
void use_pool(Pool pool);

}  // namespace tdsl

#endif
