// Epochs of minibatches in native code: the loop behind `Model.fit`.
//
// Each step is a call of its own that succeeds or changes nothing.  Steps write in turn into two arrays per variable
// that only this loop knows, or into one where new values may be written over old ones; the last good values become
// current when the loop hands back to Python.  What is the same for all steps is done before them, as a step may take
// less than a tenth of a microsecond.
#include "bind.hpp"

#include "float_state.hpp"
#include "tdsl/pool.hpp"

#include <algorithm>
#include <alloca.h>
#include <cstring>
#include <limits>
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

// Where a step reads and writes.
struct Side {
    std::vector<const void *> variables;
    std::vector<void *> updates;
};

struct Loop {
    const EntryPlan &plan;
    CoreObject *core;
    Frame &frame;
    std::vector<Batched> batched{};
    std::vector<std::int64_t> order{};  // of the rows, or none
    std::int64_t epochs = 0;  // still to do
    std::int64_t row = 0;     // the next one of this epoch
    std::int64_t batch_size = 0, rows = 1;
    double total = 0;  // the costs of the rows before it
    double seconds = 0;
    int cost = -1;  // the result that is summed, if there is one
    std::vector<double> totals{};          // of the epochs that are over
    std::vector<PyArrayObject *> other{};  // with the last good values, once there was a step
    std::vector<Side> sides{};             // from the second step on, in turn
    bool turned = false;                   // what is said of `other` is true of the arrays of the updates
    std::int64_t ready = 0;                // the size of the batches that the frame is ready for
    void *workspace = nullptr;
    std::int64_t steps = 0;
    bool sizes_fit = true, out_of_memory = false;
};

template <typename Row>
void copy_rows(const char *from, const std::int64_t *order, std::int64_t first, std::int64_t last, char *to) {
    for (std::int64_t row = first; row < last; ++row)
        std::memcpy(to + row * std::int64_t{sizeof(Row)}, from + order[row] * std::int64_t{sizeof(Row)}, sizeof(Row));
}

void gather(const Batched &batch, const std::int64_t *order, std::int64_t count, char *to) {
    const std::int64_t in_task = std::max<std::int64_t>(1, gather_bytes / std::max<std::int64_t>(1, batch.row_bytes));
    parallel((count + in_task - 1) / in_task, [&](std::int64_t task) {
        const std::int64_t first = task * in_task, last = std::min(count, first + in_task);
        if (batch.row_bytes == 4) return copy_rows<std::uint32_t>(batch.data, order, first, last, to);
        if (batch.row_bytes == 8) return copy_rows<std::uint64_t>(batch.data, order, first, last, to);
        for (std::int64_t row = first; row < last; ++row)
            std::memcpy(to + row * batch.row_bytes, batch.data + order[row] * batch.row_bytes,
                        static_cast<std::size_t>(batch.row_bytes));
    });
}

// The next `count` rows become the arguments of the frame.
void take_rows(Loop &loop, std::int64_t count) {
    if (loop.order.empty()) {
        for (const Batched &batch : loop.batched)
            loop.frame.arguments[batch.argument] = batch.data + loop.row * batch.row_bytes;
        return;
    }
    char *const staging = static_cast<char *>(loop.core->staging->reserve(0));
    for (const Batched &batch : loop.batched) {
        gather(batch, loop.order.data() + loop.row, count, staging + batch.offset);
        loop.frame.arguments[batch.argument] = staging + batch.offset;
    }
}

std::int64_t scratch_bytes(const Loop &loop, int result) {
    const auto width = static_cast<std::int64_t>(item_size(loop.plan.entry->results[result].dtype));
    return (loop.frame.result_counts[result] * width + 63) / 64 * 64;
}

// Room for the results of a step that no one will see.
void scratch_results(Loop &loop) {
    Frame &frame = loop.frame;
    npy_intp shape[most_dimensions];
    std::int64_t bytes = 0;
    for (int i = 0; i < loop.plan.entry->result_count; ++i) {
        const tdsl_result &result = loop.plan.entry->results[i];
        if (!result_shape(frame, result, shape, frame.result_counts[i])) throw std::bad_alloc();
        if (result.rank && __builtin_add_overflow(bytes, scratch_bytes(loop, i), &bytes)) throw std::bad_alloc();
    }
    char *place = static_cast<char *>(loop.core->scratch->reserve(static_cast<std::size_t>(bytes)));
    for (int i = 0; i < loop.plan.entry->result_count; ++i) {
        frame.results[i] = &frame.result_scalars[i];
        if (loop.plan.entry->results[i].rank == 0) continue;
        frame.results[i] = place;
        place += scratch_bytes(loop, i);
    }
}

void turn_to(Loop &loop, bool side) {
    loop.turned = side;
    loop.frame.variables = loop.sides[side].variables.data();
    loop.frame.updates = loop.sides[side].updates.data();
}

// After the first step: the current values are not written to, so from now on two other arrays change places.
void take_sides(Loop &loop) {
    const tdsl_entry &entry = *loop.plan.entry;
    for (int i = 0; i < entry.update_count; ++i) {
        loop.frame.variables[entry.updates[i]] = loop.frame.updates[i];
        std::swap(loop.frame.update_arrays[i], loop.other[static_cast<std::size_t>(i)]);
        if (PyArrayObject *array = loop.frame.update_arrays[i]) loop.frame.updates[i] = PyArray_DATA(array);
    }
    for (Side &side : loop.sides) {
        side.variables.assign(loop.frame.variables, loop.frame.variables + loop.plan.module->module->variable_count);
        side.updates.assign(loop.frame.updates, loop.frame.updates + entry.update_count);
    }
    for (int i = 0; i < entry.update_count; ++i) {
        if (may_overwrite(entry, i)) continue;
        loop.sides[1].variables[static_cast<std::size_t>(entry.updates[i])] = loop.frame.updates[i];
        loop.sides[1].updates[static_cast<std::size_t>(i)] = const_cast<void *>(loop.frame.variables[entry.updates[i]]);
    }
    turn_to(loop, false);
}

// After a good step: what it wrote is what the next one reads.
void turn_over(Loop &loop) {
    if (loop.steps++) turn_to(loop, !loop.turned);
    else take_sides(loop);
}

// Sizes, results and workspace for batches of this size; false when the loop must stop.
bool make_ready(Loop &loop, std::int64_t count) {
    if (loop.ready == count) return true;
    for (Batched &batch : loop.batched) batch.shape[0] = count;
    loop.sizes_fit = bind_sizes(loop.frame, false);
    if (!loop.sizes_fit) return false;
    if (!fits(loop.frame)) {
        loop.frame.failure = Failure::too_large;
        return false;
    }
    scratch_results(loop);
    const std::int64_t bytes = workspace_bytes(loop.frame);
    loop.workspace = bytes > 0 ? loop.core->workspace->reserve(static_cast<std::size_t>(bytes)) : nullptr;
    loop.ready = count;
    return true;
}

double cost_of(const Loop &loop) {
    if (loop.cost < 0) return std::numeric_limits<double>::quiet_NaN();
    const void *value = loop.frame.results[loop.cost];
    return loop.plan.entry->results[loop.cost].dtype == TDSL_F32 ? double{*static_cast<const float *>(value)}
                                                                 : *static_cast<const double *>(value);
}

void count_rows(Loop &loop, std::int64_t count) {
    loop.total += cost_of(loop) * static_cast<double>(count);
    loop.row += count;
    if (loop.row < loop.rows) return;
    loop.totals.push_back(loop.total);
    loop.total = 0;
    loop.row = 0;
    --loop.epochs;
}

// Without the GIL, except for printing.  False when a step failed, with the reason in the frame or the loop.
bool go(Loop &loop, PyThreadState *&state) {
    const double start = seconds_now();
    std::int64_t until_look = 1;
    // Set once, as setting it for each step takes as long as a tiny one; Python is called in its own state.
    const FloatState outside = FloatState::now();
    const FloatState inside = FloatState::of_kernels(loop.plan.module->module->options.flush_subnormals);
    const InFloatState state_of_loop(inside);
    while (loop.epochs > 0) {
        const std::int64_t count = std::min(loop.batch_size, loop.rows - loop.row);
        if (!make_ready(loop, count)) return false;
        take_rows(loop, count);
        run_here(loop.frame, loop.workspace);
        if (loop.plan.prints) {
            outside.set();
            PyEval_RestoreThread(state);
            const bool good = judge(loop.frame);
            state = PyEval_SaveThread();
            inside.set();
            if (!good) return false;
        } else if (!acceptable(loop.frame)) {
            return false;
        }
        update_here(loop.frame, loop.workspace);
        turn_over(loop);
        count_rows(loop, count);
        if (--until_look > 0) continue;
        const double spent = seconds_now() - start;
        if (spent >= loop.seconds) break;
        // Looking at the clock takes as long as a small step: look again after a hundredth of the time.
        const double each = spent / static_cast<double>(loop.steps);
        until_look = std::clamp<std::int64_t>(static_cast<std::int64_t>(loop.seconds / 100 / each), 1, 1000);
    }
    return true;
}

bool take_arguments(Loop &loop, PyObject *arguments, PyObject *cuts, bool ordered) {
    const tdsl_entry &entry = *loop.plan.entry;
    if (!PyTuple_Check(arguments) || !PyTuple_Check(cuts) || PyTuple_GET_SIZE(arguments) != entry.argument_count ||
        PyTuple_GET_SIZE(cuts) != entry.argument_count)
        return false;
    for (int i = 0; i < entry.argument_count; ++i) loop.frame.values[i] = PyTuple_GET_ITEM(arguments, i);
    if (!take_values(loop.frame)) return false;
    std::int64_t staging = 0;
    for (int i = 0; i < entry.argument_count; ++i) {
        const int rank = entry.arguments[i].rank;
        if (PyTuple_GET_ITEM(cuts, i) != Py_True) continue;
        if (rank == 0) return false;
        Batched batch{i, static_cast<const char *>(loop.frame.arguments[i]), 0, staging, {}};
        std::copy_n(loop.frame.shapes[i], rank, batch.shape);
        if (!loop.batched.empty() && batch.shape[0] != loop.rows) return false;
        loop.rows = batch.shape[0];
        std::int64_t elements = 1;
        for (int axis = 1; axis < rank; ++axis)
            if (__builtin_mul_overflow(elements, batch.shape[axis], &elements)) return false;
        batch.row_bytes = elements * static_cast<std::int64_t>(item_size(entry.arguments[i].dtype));
        // No more than the array has; its rows are some.
        staging += (batch.row_bytes * std::min(loop.batch_size, loop.rows) + 63) / 64 * 64;
        loop.batched.push_back(batch);
    }
    for (Batched &batch : loop.batched) loop.frame.shapes[batch.argument] = batch.shape;
    loop.core->staging->reserve(ordered ? static_cast<std::size_t>(staging) : 0);
    return loop.row >= 0 && loop.row < loop.rows;
}

// One epoch's order of the rows, or None.
bool take_order(Loop &loop, PyObject *object) {
    if (object == Py_None) return true;
    auto *order = reinterpret_cast<PyArrayObject *>(object);
    if (!PyArray_CheckExact(object) || PyArray_NDIM(order) != 1 || !PyArray_ISCARRAY_RO(order) ||
        !has_dtype(order, TDSL_I64) || PyArray_DIM(order, 0) != loop.rows || loop.epochs > 1)
        return false;
    const auto *const rows = static_cast<const std::int64_t *>(PyArray_DATA(order));
    loop.order.assign(rows, rows + loop.rows);
    return std::all_of(loop.order.begin(), loop.order.end(),
                       [&](std::int64_t row) { return row >= 0 && row < loop.rows; });
}

bool take_others(Loop &loop) {
    for (int i = 0; i < loop.plan.entry->update_count; ++i) {
        if (may_overwrite(*loop.plan.entry, i)) continue;
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
        if (loop.turned && !may_overwrite(entry, i)) std::swap(loop.frame.update_arrays[i], other);
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

// The totals of the epochs that are over, and how far the one begun has come.
PyObject *answer(const Loop &loop) {
    PyObject *totals = PyList_New(static_cast<Py_ssize_t>(loop.totals.size()));
    for (std::size_t i = 0; totals && i < loop.totals.size(); ++i) {
        PyObject *total = PyFloat_FromDouble(loop.totals[i]);
        if (!total) Py_CLEAR(totals);
        if (totals) PyList_SET_ITEM(totals, static_cast<Py_ssize_t>(i), total);
    }
    return totals ? Py_BuildValue("NLd", totals, static_cast<long long>(loop.row), loop.total) : nullptr;
}

PyObject *run_loop(Loop &loop, PyObject *arguments) {
    if (!take_updates(loop.core, loop.frame, false) || !take_others(loop)) {
        hand_back(loop);
        return nullptr;
    }
    read_variables(loop.core, loop.frame);
    bool good = false;
    PyThreadState *state = PyEval_SaveThread();
    try {
        good = go(loop, state);
    } catch (const std::bad_alloc &) {
        loop.out_of_memory = true;
    }
    PyEval_RestoreThread(state);
    // The frame is judged while what it points to is still ours.
    if (!good && loop.sizes_fit && !loop.out_of_memory && !PyErr_Occurred()) judge(loop.frame);
    hand_back(loop);
    if (PyErr_Occurred()) return nullptr;
    if (loop.out_of_memory) return PyErr_NoMemory();
    if (!loop.sizes_fit) {
        explain_sizes(loop, arguments);
        return nullptr;
    }
    return answer(loop);
}

}  // namespace

// (entry, arguments, which are cut, order, epochs, first row, total so far, batch size, seconds)
PyObject *core_steps(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    if (count != 9) return PyErr_Format(PyExc_TypeError, "_steps takes 9 arguments, got %zd", count);
    const long long index = PyLong_AsLongLong(args[0]), epochs = PyLong_AsLongLong(args[4]),
                    first = PyLong_AsLongLong(args[5]), size = PyLong_AsLongLong(args[7]);
    const double total = PyFloat_AsDouble(args[6]), seconds = PyFloat_AsDouble(args[8]);
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
        Loop loop{.plan = plan, .core = core, .frame = frame, .epochs = epochs, .row = first, .batch_size = size,
                  .total = total, .seconds = seconds};
        loop.other.assign(static_cast<std::size_t>(plan.entry->update_count), nullptr);
        loop.sides.assign(2, Side{std::vector<const void *>(static_cast<std::size_t>(module.module->variable_count)),
                                  std::vector<void *>(static_cast<std::size_t>(plan.entry->update_count))});
        for (int i = plan.entry->result_count; i-- > 0;) {
            const tdsl_result &found = plan.entry->results[i];
            if (found.role == TDSL_RETURN && found.rank == 0 && is_real(found.dtype)) loop.cost = i;
        }
        if (take_arguments(loop, args[1], args[2], args[3] != Py_None) && take_order(loop, args[3]))
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
