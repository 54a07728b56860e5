// The turns of the callers of a model.
#include "bind.hpp"

// <mutex> and <condition_variable> would take a third of the time that the binding compiles in.
#include <pthread.h>
#include <time.h>

namespace tdsl::binding {

// One call at a time.  Those who wait have their turns in the order of arrival.  A caller that finds the model free
// goes before them, until the first of them has waited for as long as a thread may keep the GIL: threads that took
// turns at every call would mostly wait for each other to wake.  All of this changes only under the GIL; the mutex is
// for those who wait without it.
struct Turns {
    bool busy = false;
    bool away = false;  // values are between old and new
    unsigned long owner = 0;
    std::uint64_t ended = 0;                // turns
    std::uint64_t arrived = 0, served = 0;  // of those who waited: served ... arrived - 1 still do
    std::int64_t patience = 0;              // until when the first of them is passed by, in nanoseconds
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
};

namespace {

std::int64_t nanoseconds() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

constexpr std::int64_t longest_wait = 5'000'000;

bool is_ending() {
#if PY_VERSION_HEX >= 0x030D0000
    return Py_IsFinalizing();
#else
    return _Py_IsFinalizing();
#endif
}

bool anybody_waits(const Turns &turns) { return turns.arrived != turns.served; }

// A turn is over, or was not taken.
void wake_waiters(Turns &turns) {
    if (!anybody_waits(turns)) {
        ++turns.ended;
        return;
    }
    pthread_mutex_lock(&turns.mutex);
    ++turns.ended;
    pthread_mutex_unlock(&turns.mutex);
    pthread_cond_broadcast(&turns.freed);
}

// Until this thread is next, and no turn under way.
bool wait_for_turn(Turns &turns) {
    if (is_ending()) {
        PyErr_SetString(PyExc_RuntimeError, "a thread that has ended with the interpreter was using the model");
        return false;
    }
    const std::uint64_t own = turns.arrived++;
    if (own == turns.served) turns.patience = nanoseconds() + longest_wait;
    do {
        const std::uint64_t ended = turns.ended;
        Py_BEGIN_ALLOW_THREADS
        pthread_mutex_lock(&turns.mutex);
        while (turns.ended == ended) pthread_cond_wait(&turns.freed, &turns.mutex);
        pthread_mutex_unlock(&turns.mutex);
        Py_END_ALLOW_THREADS
    } while (turns.busy || turns.served != own);
    ++turns.served;
    turns.patience = nanoseconds() + longest_wait;
    return true;
}

}  // namespace

Turns *new_turns() { return new Turns; }

void delete_turns(Turns *turns) { delete turns; }

bool begin_turn(CoreObject *core, const char *name) {
    Turns &turns = *core->turns;
    const unsigned long self = PyThread_get_thread_ident();
    if (turns.busy && turns.owner == self) {
        PyErr_Format(PyExc_RuntimeError, "%s.%s: the model is in use by the call that this one is part of",
                     plan_of_library->module->name, name);
        return false;
    }
    const bool is_free = !turns.busy && (!anybody_waits(turns) || nanoseconds() < turns.patience);
    if (!is_free && !wait_for_turn(turns)) return false;
    turns.busy = true;
    turns.owner = self;
    return true;
}

void end_turn(CoreObject *core) {
    core->turns->busy = false;
    wake_waiters(*core->turns);
}

void keep_others_away(CoreObject *core, bool away) { core->turns->away = away; }

bool are_values_away(const CoreObject *core) { return core->turns->away; }

bool wait_for_values(CoreObject *core) {
    if (!core->turns->away) return true;
    if (!wait_for_turn(*core->turns)) return false;
    wake_waiters(*core->turns);
    return true;
}

bool drop_turn_of_another(CoreObject *core) {
    const Turns &before = *core->turns;
    if (!before.busy && !anybody_waits(before)) return false;
    const bool own = before.busy && before.owner == PyThread_get_thread_ident();
    auto *turns = new Turns;
    turns->busy = own;
    turns->owner = before.owner;
    core->turns = turns;  // what another was about to change, such as the mutex, is left to it
    return before.busy && !own;
}

}  // namespace tdsl::binding
