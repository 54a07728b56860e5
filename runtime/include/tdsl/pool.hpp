// One pool of threads for everything a module computes.
//
// Tasks are numbered chunks whose borders the caller decides from sizes alone, and any thread may run any of them,
// so results never depend on how many threads there are.  Nested or contended use runs on the calling thread.
#ifndef TDSL_POOL_HPP
#define TDSL_POOL_HPP

#include <cstdint>
#include <type_traits>

extern "C" {
// Takes effect at the next parallel loop; a count below 1 means: TDSL_NUM_THREADS, or what is wanted.
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

}  // namespace tdsl

#endif
