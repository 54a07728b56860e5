// One pool of threads for everything that the modules of a process compute.
//
// Tasks are numbered chunks whose borders the caller decides from sizes alone, and any thread may run any of them,
// so results never depend on how many threads there are.  Nested loops run on the thread that is already in one.
#ifndef TDSL_POOL_HPP
#define TDSL_POOL_HPP

#include <cstdint>
#include <type_traits>

extern "C" {
// How many threads this module's loops use at most, from the next one on; a count below 1 means: TDSL_NUM_THREADS, or
// what is wanted.
void tdsl_set_threads(int count);
// What counts where neither tdsl_set_threads nor TDSL_NUM_THREADS says anything; below 1: the CPUs.
void tdsl_want_threads(int count);
int tdsl_threads(void);
}

namespace tdsl {

// Calls body(context, i) for every i in [0, tasks) and returns when all are done.  The first exception is rethrown.
void parallel_for(std::int64_t tasks, void (*body)(void *context, std::int64_t task), void *context);

template <typename Body>
void parallel(std::int64_t tasks, Body &&body) {
    using Plain = std::remove_reference_t<Body>;
    parallel_for(
        tasks, [](void *context, std::int64_t task) { (*static_cast<Plain *>(context))(task); },
        const_cast<void *>(static_cast<const void *>(&body)));
}

// Runs the tasks of one loop on at most so many threads; no new task begins after one has returned false.  All that
// modules need of a pool, so that the first one of a process can lend its own to the others.
using Pool = void (*)(int threads, std::int64_t tasks, bool (*task)(void *context, std::int64_t index), void *context);

Pool own_pool();
void use_pool(Pool pool);

}  // namespace tdsl

#endif
