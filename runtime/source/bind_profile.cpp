// The times of a module that is compiled with a profile, for Python: of its calls, and of the laps of their routines.
#include "bind.hpp"

#include <algorithm>

namespace tdsl::binding {

namespace {

// After some milliseconds, so that reading the two clocks one after the other makes no difference.
double seconds_per_tick() {
    const LapClock &clock = lap_clock();
    int64_t ticks, nanoseconds;
    do {
        ticks = ticks_now(clock.is_steady) - clock.ticks;
        nanoseconds = nanoseconds_now() - clock.nanoseconds;
    } while (nanoseconds < 5'000'000);
    return static_cast<double>(nanoseconds) * 1e-9 / static_cast<double>(ticks);
}

PyObject *totals_of(const EntryPlan &plan) {
    const int count = plan.entry->lap_count;
    const int dim_count = plan.module->module->dim_count;
    std::vector<LapTotals> totals(static_cast<std::size_t>(count));
    std::vector<int64_t> dims(static_cast<std::size_t>(dim_count));
    int64_t calls = 0;
    const auto read = [](const int64_t &number) { return __atomic_load_n(&number, __ATOMIC_RELAXED); };
    for (const Laps *laps = __atomic_load_n(&plan.laps, __ATOMIC_ACQUIRE); laps; laps = laps->next) {
        calls += read(laps->calls);
        for (int i = 0; i < dim_count; ++i) dims[static_cast<std::size_t>(i)] = read(laps->dims[i]);
        for (int i = 0; i < count; ++i) {
            LapTotals &to = totals[static_cast<std::size_t>(i)];
            const LapTotals &from = laps->totals[i];
            to.runs += read(from.runs);
            to.ticks += read(from.ticks);
            to.flop += read(from.flop);
            to.functions += read(from.functions);
            to.bytes += read(from.bytes);
        }
    }
    PyObject *laps = PyList_New(count), *sizes = PyList_New(dim_count);
    for (int i = 0; laps && sizes && i < count; ++i) {
        const LapTotals &of = totals[static_cast<std::size_t>(i)];
        PyObject *item = Py_BuildValue("(LLLLL)", (long long)of.runs, (long long)of.ticks, (long long)of.flop,
                                       (long long)of.functions, (long long)of.bytes);
        if (!item) Py_CLEAR(laps);
        else PyList_SET_ITEM(laps, i, item);
    }
    for (int i = 0; laps && sizes && i < dim_count; ++i) {
        PyObject *item = PyLong_FromLongLong(dims[static_cast<std::size_t>(i)]);
        if (!item) Py_CLEAR(sizes);
        else PyList_SET_ITEM(sizes, i, item);
    }
    if (laps && sizes)
        return Py_BuildValue("(LLNN)", (long long)calls, (long long)read(plan.ticks_in_calls), sizes, laps);
    Py_XDECREF(laps);
    Py_XDECREF(sizes);
    return nullptr;
}

// The latest events, the oldest first: (start, end, thread, entry, number).
PyObject *events() {
    const LapEvents &all = *lap_clock().events;
    const int64_t last = __atomic_load_n(&all.next, __ATOMIC_RELAXED);
    PyObject *list = PyList_New(0);
    for (int64_t i = std::max<int64_t>(0, last - LapEvents::most); list && i < last; ++i) {
        const LapEvent &event = all.events[i % LapEvents::most];
        PyObject *item = Py_BuildValue("(LLLii)", (long long)__atomic_load_n(&event.start, __ATOMIC_RELAXED),
                                       (long long)__atomic_load_n(&event.end, __ATOMIC_RELAXED),
                                       (long long)__atomic_load_n(&event.thread, __ATOMIC_RELAXED),
                                       __atomic_load_n(&event.entry, __ATOMIC_RELAXED),
                                       __atomic_load_n(&event.number, __ATOMIC_RELAXED));
        if (!item || PyList_Append(list, item) < 0) Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

// (seconds per tick, ticks now, [(calls, ticks in calls, dims, laps) of each entry], events), as profile.py reads it.
PyObject *read_laps(PyObject *, PyObject *) {
    const ModulePlan &plan = *plan_of_library;
    PyObject *entries = PyList_New(0);
    const auto append = [&](const EntryPlan &entry) {
        PyObject *item = entries ? totals_of(entry) : nullptr;
        if (!item || PyList_Append(entries, item) < 0) Py_CLEAR(entries);
        Py_XDECREF(item);
    };
    for (const EntryPlan &entry : plan.entries) append(entry);
    if (plan.initialise.entry) append(plan.initialise);
    PyObject *latest = entries ? events() : nullptr;
    if (!latest) {
        Py_XDECREF(entries);
        return nullptr;
    }
    return Py_BuildValue("(dLNN)", seconds_per_tick(), (long long)ticks_now(lap_clock().is_steady), entries, latest);
}

}  // namespace

PyObject *lap_reader() {
    static PyMethodDef method = {"read_laps", read_laps, METH_NOARGS, nullptr};
    lap_clock();  // begins
    return PyCFunction_New(&method, nullptr);
}

}  // namespace tdsl::binding
