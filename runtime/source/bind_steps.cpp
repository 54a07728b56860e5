// Minibatches in native code: the loop behind `Model.fit`.
//
// Each step is a call of its own that succeeds or changes nothing.  Steps write in turn into two arrays per variable
// that only this loop knows; the last good values become current when the loop hands back to Python.
#include "bind.hpp"

#include "tdsl/pool.hpp"

#include <algorithm>
#include <alloca.h>
#include <cstring>
#include <new>
#include <utility>

namespace tdsl::binding {
namespace {

constexpr std::int64_t gather_bytes = 1 << 16;  // in one task

struct Batched {
    int argument;
    const char *data;
    std::int64_t row_bytes;
    std::int64_t offset;  // of its staging area
    npy_intp shape[most_dimensions];
};

struct Loop {
    const EntryPlan &plan;
    CoreObject *core;
    Frame &frame;
    std::vector<Batched> batched;
    const std::int64_t *order = nullptr;
    std::int64_t first = 0, last = 0, batch_size = 0, rows = 0;
    double seconds = 0;
    std::vector<PyArrayObject *> other;  // the arrays the next step writes to, or null before they are needed
    std::vector<int> weighted;           // results whose sums are wanted
    std::vector<double> sums;
    std::int64_t steps = 0;
    bool sizes_fit = true, order_fits = true, out_of_memory = false;
};

void gather(const Batched &batch, const std::int64_t *order, std::int64_t count, char *to) {
    const std::int64_t in_task = std::max<std::int64_t>(1, gather_bytes / std::max<std::int64_t>(1, batch.row_bytes));
    parallel((count + in_task - 1) / in_task, [&](std::int64_t task) {
        for (std::int64_t row = task * in_task; row < std::min(count, (task + 1) * in_task); ++row)
            std::memcpy(to + row * batch.row_bytes, batch.data + order[row] * batch.row_bytes,
                        static_cast<std::size_t>(batch.row_bytes));
    });
}

// Rows [row, row + count) become the arguments of the frame.
bool take_rows(Loop &loop, std::int64_t row, std::int64_t count) {
    char *const staging = static_cast<char *>(loop.core->staging->reserve(0));
    if (loop.order)
        for (std::int64_t i = row; i < row + count; ++i)
            loop.order_fits &= loop.order[i] >= 0 && loop.order[i] < loop.rows;
    if (!loop.order_fits) return false;
    for (Batched &batch : loop.batched) {
        batch.shape[0] = count;
        if (loop.order)
            gather(batch, loop.order + row, count, staging + batch.offset);
        loop.frame.arguments[batch.argument] =
            loop.order ? staging + batch.offset : batch.data + row * batch.row_bytes;
    }
    loop.sizes_fit = bind_sizes(loop.frame);
    return loop.sizes_fit;
}

// Room for the results of a step that no one will see.
void scratch_results(Loop &loop) {
    Frame &frame = loop.frame;
    npy_intp shape[most_dimensions];
    std::int64_t bytes = 0;
    for (int i = 0; i < loop.plan.entry->result_count; ++i) {
        const tdsl_result &result = loop.plan.entry->results[i];
        if (!result_shape(frame, result, shape, frame.result_counts[i])) throw std::bad_alloc();
        if (result.rank) bytes += (frame.result_counts[i] * 8 + 63) / 64 * 64;
    }
    char *place = static_cast<char *>(loop.core->scratch->reserve(static_cast<std::size_t>(bytes)));
    for (int i = 0; i < loop.plan.entry->result_count; ++i) {
        frame.results[i] = &frame.result_scalars[i];
        if (loop.plan.entry->results[i].rank == 0) continue;
        frame.results[i] = place;
        place += (frame.result_counts[i] * 8 + 63) / 64 * 64;
    }
}

// After a good step: what it wrote is what the next one reads.
void turn_over(Loop &loop) {
    const tdsl_entry &entry = *loop.plan.entry;
    for (int i = 0; i < entry.update_count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        loop.frame.variables[entry.updates[i]] = loop.frame.updates[i];
        std::swap(loop.frame.update_arrays[i], loop.other[at]);
        loop.frame.updates[i] = PyArray_DATA(loop.frame.update_arrays[i]);
    }
    ++loop.steps;
}

// One step; false when the loop must stop, with the reason in the frame or the loop.
bool step(Loop &loop, std::int64_t row, std::int64_t count) {
    if (!take_rows(loop, row, count)) return false;
    if (!fits(loop.frame)) {
        loop.frame.failure = Failure::too_large;
        return true;
    }
    scratch_results(loop);
    const std::int64_t bytes = workspace_bytes(loop.frame);
    run(loop.frame, bytes > 0 ? loop.core->workspace->reserve(static_cast<std::size_t>(bytes)) : nullptr);
    return true;
}

void add_weighted(Loop &loop, std::int64_t count) {
    for (std::size_t i = 0; i < loop.weighted.size(); ++i) {
        const int result = loop.weighted[i];
        const void *value = loop.frame.results[result];
        const bool single = loop.plan.entry->results[result].dtype == TDSL_F32;
        loop.sums[i] += (single ? *static_cast<const float *>(value) : *static_cast<const double *>(value)) *
                        static_cast<double>(count);
    }
}

// Without the GIL, except for printing.  Returns the first row that is not done.
std::int64_t go(Loop &loop, PyThreadState *&state) {
    const double start = seconds_now();
    std::int64_t row = loop.first, until_look = 1;
    while (row < loop.last) {
        const std::int64_t count = std::min(loop.batch_size, loop.last - row);
        if (!step(loop, row, count)) return row;
        if (loop.plan.prints) {
            PyEval_RestoreThread(state);
            const bool good = judge(loop.frame);
            state = PyEval_SaveThread();
            if (!good) return row;
        } else if (!acceptable(loop.frame)) {
            return row;
        }
        add_weighted(loop, count);
        row += count;
        turn_over(loop);
        if (--until_look > 0) continue;
        const double spent = seconds_now() - start;
        if (spent >= loop.seconds) break;
        // Looking at the clock takes as long as a small step: look again after a hundredth of the time.
        const double each = spent / static_cast<double>(loop.steps);
        until_look = std::clamp<std::int64_t>(static_cast<std::int64_t>(loop.seconds / 100 / each), 1, 1000);
    }
    return row;
}

bool take_arguments(Loop &loop, PyObject *arguments, PyObject *cuts) {
    const tdsl_entry &entry = *loop.plan.entry;
    if (!PyTuple_Check(arguments) || !PyTuple_Check(cuts) || PyTuple_GET_SIZE(arguments) != entry.argument_count ||
        PyTuple_GET_SIZE(cuts) != entry.argument_count)
        return false;
    for (int i = 0; i < entry.argument_count; ++i) loop.frame.values[i] = PyTuple_GET_ITEM(arguments, i);
    if (!take_values(loop.frame)) return false;
    std::int64_t staging = 0;
    loop.rows = 1;
    for (int i = 0; i < entry.argument_count; ++i) {
        const int rank = entry.arguments[i].rank;
        if (PyTuple_GET_ITEM(cuts, i) != Py_True) continue;
        if (rank == 0) return false;
        Batched batch{i, static_cast<const char *>(loop.frame.arguments[i]), 0, staging, {}};
        std::copy_n(loop.frame.shapes[i], rank, batch.shape);
        if (!loop.batched.empty() && batch.shape[0] != loop.rows) return false;
        loop.rows = batch.shape[0];
        std::int64_t elements = 1;
        for (int axis = 1; axis < rank; ++axis) elements *= batch.shape[axis];
        batch.row_bytes = elements * static_cast<std::int64_t>(item_size(entry.arguments[i].dtype));
        staging += (batch.row_bytes * std::min(loop.batch_size, loop.rows) + 63) / 64 * 64;
        loop.batched.push_back(batch);
    }
    for (Batched &batch : loop.batched) loop.frame.shapes[batch.argument] = batch.shape;
    loop.core->staging->reserve(loop.order ? static_cast<std::size_t>(staging) : 0);
    return loop.first >= 0 && loop.first <= loop.last && loop.last <= loop.rows;
}

bool take_others(Loop &loop) {
    for (int i = 0; i < loop.plan.entry->update_count; ++i) {
        PyArrayObject *array = take_spare(loop.core, loop.plan.entry->updates[i]);
        if (!array) return false;
        loop.other[static_cast<std::size_t>(i)] = array;
    }
    return true;
}

// The values of the last good step become current; everything else becomes spare again.
void hand_back(Loop &loop) {
    const tdsl_entry &entry = *loop.plan.entry;
    for (int i = 0; i < entry.update_count; ++i) {
        PyArrayObject *&other = loop.other[static_cast<std::size_t>(i)];
        if (loop.steps && other) std::swap(loop.core->variables[entry.updates[i]].current, other);
        if (other) keep_spare(loop.core, entry.updates[i], std::exchange(other, nullptr));
    }
    return_updates(loop.core, loop.frame);
}

// `prepare` on a batch of the size that was refused says why.
void explain_sizes(const Loop &loop, PyObject *arguments) {
    PyObject *values = PyTuple_New(loop.plan.entry->argument_count);
    for (int i = 0; values && i < loop.plan.entry->argument_count; ++i) {
        PyObject *value = Py_NewRef(PyTuple_GET_ITEM(arguments, i));
        for (const Batched &batch : loop.batched)
            if (batch.argument == i) Py_SETREF(value, PySequence_GetSlice(value, 0, batch.shape[0]));
        if (!value) Py_CLEAR(values);
        if (values) PyTuple_SET_ITEM(values, i, value);
    }
    if (values) explain(loop.plan, values, nullptr);
    Py_XDECREF(values);
}

PyObject *answer(const Loop &loop, std::int64_t row) {
    PyObject *sums = PyTuple_New(static_cast<Py_ssize_t>(loop.sums.size()));
    for (std::size_t i = 0; sums && i < loop.sums.size(); ++i) {
        PyObject *sum = PyFloat_FromDouble(loop.sums[i]);
        if (!sum) Py_CLEAR(sums);
        if (sums) PyTuple_SET_ITEM(sums, static_cast<Py_ssize_t>(i), sum);
    }
    return sums ? Py_BuildValue("LLN", static_cast<long long>(row - loop.first), static_cast<long long>(loop.steps), sums)
                : nullptr;
}

PyObject *run_loop(Loop &loop, PyObject *arguments) {
    if (!take_updates(loop.core, loop.frame) || !take_others(loop)) {
        hand_back(loop);
        return nullptr;
    }
    read_variables(loop.core, loop.frame);
    std::int64_t row = loop.first;
    PyThreadState *state = PyEval_SaveThread();
    try {
        row = go(loop, state);
    } catch (const std::bad_alloc &) {
        loop.out_of_memory = true;
    }
    PyEval_RestoreThread(state);
    // The frame is judged while what it points to is still ours.
    const bool ran = loop.sizes_fit && loop.order_fits && !loop.out_of_memory;
    if (ran && row < loop.last && !PyErr_Occurred() && !acceptable(loop.frame)) judge(loop.frame);
    hand_back(loop);
    if (PyErr_Occurred()) return nullptr;
    if (loop.out_of_memory) return PyErr_NoMemory();
    if (!loop.order_fits) {
        PyErr_SetString(PyExc_IndexError, "the order names a row that does not exist");
        return nullptr;
    }
    if (!loop.sizes_fit) {
        explain_sizes(loop, arguments);
        return nullptr;
    }
    return answer(loop, row);
}

}  // namespace

PyObject *core_steps(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    if (count != 8) return PyErr_Format(PyExc_TypeError, "_steps takes 8 arguments, got %zd", count);
    const long long index = PyLong_AsLongLong(args[0]), first = PyLong_AsLongLong(args[4]),
                    last = PyLong_AsLongLong(args[5]), size = PyLong_AsLongLong(args[6]);
    const double seconds = PyFloat_AsDouble(args[7]);
    if (PyErr_Occurred()) return nullptr;
    const ModulePlan &module = *plan_of_library;
    if (index < 0 || index >= module.module->entry_count || size < 1)
        return PyErr_Format(PyExc_ValueError, "_steps: entry %lld, batch size %lld", index, size);
    const EntryPlan &plan = module.entries[static_cast<std::size_t>(index)];
    auto *core = reinterpret_cast<CoreObject *>(self);
    if (!begin_turn(core, plan.entry->name)) return nullptr;
    PyObject *result = nullptr;
    try {
        std::vector<std::uint64_t> memory(plan.frame_bytes / 8 + 1);
        Frame frame(plan, memory.data());
        Loop loop{plan, core, frame, {}, nullptr, first, last, size, 0, seconds, {}, {}, {}};
        loop.other.assign(static_cast<std::size_t>(plan.entry->update_count), nullptr);
        for (int i = 0; i < plan.entry->result_count; ++i) {
            const tdsl_result &found = plan.entry->results[i];
            if (found.role == TDSL_RETURN && found.rank == 0 && is_real(found.dtype)) loop.weighted.push_back(i);
        }
        loop.sums.assign(loop.weighted.size(), 0.0);
        bool good = true;
        if (args[3] != Py_None) {
            auto *order = reinterpret_cast<PyArrayObject *>(args[3]);
            good = PyArray_CheckExact(args[3]) && PyArray_NDIM(order) == 1 && PyArray_ISCARRAY_RO(order) &&
                   has_dtype(order, TDSL_I64) && PyArray_DIM(order, 0) >= last;
            if (good) loop.order = static_cast<const std::int64_t *>(PyArray_DATA(order));
        }
        if (good && take_arguments(loop, args[1], args[2]))
            result = run_loop(loop, args[1]);
        else
            PyErr_SetString(PyExc_ValueError, "_steps: arguments are not as prepare() returns them");
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    }
    end_turn(core);
    return result;
}

}  // namespace tdsl::binding
