// Turns: one call of a model at a time.
#include "bind.hpp"

// <mutex> and <condition_variable> would take a third of the time that the binding compiles in.
#include <pthread.h>
#include <time.h>

namespace tdsl::binding {

// Waiting callers get their turns in the order of arrival.  A caller that finds the model free goes first, until the
// first waiter has waited as long as a thread may keep the GIL: threads that alternated at every call would mostly wait
// for each other to wake up.  The GIL guards all of this; the mutex is for waiting without the GIL.
struct Turns {
    bool busy = false;
    bool updating = false;  // values are being overwritten
    unsigned long owner = 0;
    std::uint64_t ended = 0;                // turns
    std::uint64_t arrived = 0, served = 0;  // tickets: the waiters have numbers served ... arrived - 1
    std::int64_t deadline = 0;              // of the first waiter, after which no thread overtakes it, in nanoseconds
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

// After a turn, or after waiting without taking one.
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

// Waits until this thread is next and no turn is in progress.
bool wait_for_turn(Turns &turns) {
    if (is_ending()) {
        PyErr_SetString(PyExc_RuntimeError, "a thread that has ended with the interpreter was using the model");
        return false;
    }
    const std::uint64_t own = turns.arrived++;
    if (own == turns.served) turns.deadline = nanoseconds() + longest_wait;
    do {
        const std::uint64_t ended = turns.ended;
        Py_BEGIN_ALLOW_THREADS
        pthread_mutex_lock(&turns.mutex);
        while (turns.ended == ended) pthread_cond_wait(&turns.freed, &turns.mutex);
        pthread_mutex_unlock(&turns.mutex);
        Py_END_ALLOW_THREADS
    } while (turns.busy || turns.served != own);
    ++turns.served;
    turns.deadline = nanoseconds() + longest_wait;
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
    const bool is_free = !turns.busy && (!anybody_waits(turns) || nanoseconds() < turns.deadline);
    if (!is_free && !wait_for_turn(turns)) return false;
    turns.busy = true;
    turns.owner = self;
    return true;
}

void end_turn(CoreObject *core) {
    core->turns->busy = false;
    wake_waiters(*core->turns);
}

void block_readers(CoreObject *core, bool blocked) { core->turns->updating = blocked; }

bool has_turn(const CoreObject *core) {
    return core->turns->busy && core->turns->owner == PyThread_get_thread_ident();
}

bool is_updating(const CoreObject *core) { return core->turns->updating; }

bool wait_for_update(CoreObject *core) {
    if (!core->turns->updating) return true;
    if (!wait_for_turn(*core->turns)) return false;
    wake_waiters(*core->turns);
    return true;
}

bool reset_turns_in_child(CoreObject *core) {
    const Turns &before = *core->turns;
    if (!before.busy && !anybody_waits(before)) return false;
    const bool own = before.busy && before.owner == PyThread_get_thread_ident();
    auto *turns = new Turns;
    turns->busy = own;
    turns->owner = before.owner;
    core->turns = turns;  // the old ones are abandoned: another thread may have been changing them
    return before.busy && !own;
}

}  // namespace tdsl::binding
