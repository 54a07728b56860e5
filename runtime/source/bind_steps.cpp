// Epochs of minibatches in native code: the loop behind `Model.fit`.
//
// Each step is a call that succeeds or changes nothing.  Steps alternate between two private arrays per variable, or
// use one where new values may overwrite old ones; the values of the last good step become current when the loop
// returns to Python.  Everything invariant is computed before the loop, as a step may take less than a tenth of a
// microsecond.
#include "bind_steps.hpp"

#include "float_state.hpp"
#include "rows.hpp"

#include <algorithm>
#include <alloca.h>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace tdsl::binding {

void next_batch(StepLoop &loop, std::int64_t count, std::int64_t others) {
    if (loop.order.empty()) {
        for (const BatchedArgument &batch : loop.batched)
            loop.frame.arguments[batch.argument] = batch.data + (loop.row + others) * batch.row_bytes;
        return;
    }
    char *const staging =
        static_cast<char *>(loop.core->staging->reserve(static_cast<std::size_t>(loop.staging_bytes)));
    for (const BatchedArgument &batch : loop.batched) {
        gather_rows(batch.data, batch.row_bytes, loop.order.data() + loop.row + others, count,
                    staging + batch.offset);
        loop.frame.arguments[batch.argument] = staging + batch.offset;
    }
}

namespace {

std::int64_t scratch_bytes(const StepLoop &loop, int result) {
    const auto width = static_cast<std::int64_t>(item_size(loop.plan.entry->results[result].dtype));
    return (loop.frame.result_counts[result] * width + 63) / 64 * 64;
}

// Reserves scratch memory for the results of a step, which are not returned.
void reserve_results(StepLoop &loop) {
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

void use_buffers(StepLoop &loop, bool swapped) {
    loop.swapped = swapped;
    loop.frame.variables = loop.buffers[swapped].variables.data();
    loop.frame.updates = loop.buffers[swapped].updates.data();
}

// After the first step: the current arrays stay as they are, so two private arrays alternate from now on.
void make_buffers(StepLoop &loop) {
    const tdsl_entry &entry = *loop.plan.entry;
    for (int i = 0; i < entry.update_count; ++i) {
        loop.frame.variables[entry.updates[i]] = loop.frame.updates[i];
        std::swap(loop.frame.update_arrays[i], loop.second[static_cast<std::size_t>(i)]);
        if (PyArrayObject *array = loop.frame.update_arrays[i]) loop.frame.updates[i] = PyArray_DATA(array);
    }
    for (StepBuffers &buffers : loop.buffers) {
        buffers.variables.assign(loop.frame.variables, loop.frame.variables + loop.plan.module->module->variable_count);
        buffers.updates.assign(loop.frame.updates, loop.frame.updates + entry.update_count);
    }
    for (int i = 0; i < entry.update_count; ++i) {
        if (may_overwrite(entry, i)) continue;
        loop.buffers[1].variables[static_cast<std::size_t>(entry.updates[i])] = loop.frame.updates[i];
        loop.buffers[1].updates[static_cast<std::size_t>(i)] =
            const_cast<void *>(loop.frame.variables[entry.updates[i]]);
    }
    use_buffers(loop, false);
}

// After a good step: the next one reads the values that it wrote.
void advance(StepLoop &loop) {
    if (loop.steps++) use_buffers(loop, !loop.swapped);
    else make_buffers(loop);
}

}  // namespace

bool prepare_batch_size(StepLoop &loop, std::int64_t count) {
    if (loop.ready == count) return true;
    for (auto *const batches : {&loop.batched, &loop.batched_on_device})
        for (BatchedArgument &batch : *batches) batch.shape[0] = count;
    loop.sizes_fit = bind_sizes(loop.frame, false);
    if (!loop.sizes_fit) return false;
    if (!fits_memory(loop.frame)) {
        loop.frame.failure = Failure::too_large;
        return false;
    }
    reserve_results(loop);
    const std::int64_t bytes = loop.core->device < 0 ? workspace_bytes(loop.frame) : 0;
    loop.workspace = bytes > 0 ? loop.core->workspace->reserve(static_cast<std::size_t>(bytes)) : nullptr;
    loop.ready = count;
    return true;
}

void next_values(StepLoop &loop) {
    for (const Series &series : loop.series)
        loop.frame.arguments[series.argument] = series.values + loop.done * series.bytes;
}

void read_sums(const StepLoop &loop, double *to) {
    for (const int index : loop.sums) {
        const void *value = loop.frame.results[index];
        *to++ = loop.plan.entry->results[index].dtype == TDSL_F32 ? double{*static_cast<const float *>(value)}
                                                                  : *static_cast<const double *>(value);
    }
}

void count_rows(StepLoop &loop, std::int64_t count, const double *values) {
    for (double &total : loop.total) total += *values++ * static_cast<double>(count);
    ++loop.done;
    loop.row += count;
    if (loop.row < loop.rows) return;
    loop.totals.insert(loop.totals.end(), loop.total.begin(), loop.total.end());
    std::fill(loop.total.begin(), loop.total.end(), 0.0);
    loop.row = 0;
    --loop.epochs;
}

namespace {

// Runs steps without the GIL, except for printing.  False when a step failed; the frame or the loop has the reason.
bool run_steps(StepLoop &loop, PyThreadState *&state) {
    const double start = seconds_now();
    std::int64_t steps_until_clock = 1;
    // Set once: setting it for each step takes as long as a tiny step.  Python is called in its own state.
    const FloatState outside = FloatState::now();
    const FloatState inside = FloatState::for_kernels(loop.plan.module->module->options.flush_subnormals);
    const ScopedFloatState state_of_loop(inside);
    std::vector<double> sums(loop.sums.size());
    while (loop.epochs > 0 && loop.done < loop.most_steps) {
        const std::int64_t count = std::min(loop.batch_size, loop.rows - loop.row);
        const std::int64_t others = count * loop.rank / loop.ranks;
        const std::int64_t own = count * (loop.rank + 1) / loop.ranks - others;
        if (!prepare_batch_size(loop, own)) return false;
        next_batch(loop, own, others);
        next_values(loop);
        run_in_kernel_state(loop.frame, loop.workspace);
        if (loop.plan.prints || loop.frame.notes) {
            outside.set();
            PyEval_RestoreThread(state);
            const bool good = raise_if_failed(loop.frame);
            state = PyEval_SaveThread();
            inside.set();
            if (!good) return false;
        } else if (!has_succeeded(loop.frame)) {
            return false;
        }
        update_in_kernel_state(loop.frame, loop.workspace);
        advance(loop);
        read_sums(loop, sums.data());
        count_rows(loop, count, sums.data());
        if (--steps_until_clock > 0) continue;
        const double spent = seconds_now() - start;
        if (spent >= loop.seconds) break;
        // Reading the clock takes as long as a small step: read it again after a hundredth of the time.
        const double each = spent / static_cast<double>(loop.steps);
        steps_until_clock = std::clamp<std::int64_t>(static_cast<std::int64_t>(loop.seconds / 100 / each), 1, 1000);
    }
    return true;
}

bool read_batched_arguments(StepLoop &loop, PyObject *arguments, PyObject *batched, bool ordered) {
    const tdsl_entry &entry = *loop.plan.entry;
    if (!PyTuple_Check(arguments) || !PyTuple_Check(batched) || PyTuple_GET_SIZE(arguments) != entry.argument_count ||
        PyTuple_GET_SIZE(batched) != entry.argument_count)
        return false;
    for (int i = 0; i < entry.argument_count; ++i) loop.frame.values[i] = PyTuple_GET_ITEM(arguments, i);
    if (!read_arguments(loop.frame, loop.core)) return false;
    std::int64_t staging = 0;
    bool has_rows = false;
    for (int i = 0; i < entry.argument_count; ++i) {
        const int rank = entry.arguments[i].rank;
        if (PyTuple_GET_ITEM(batched, i) != Py_True) continue;
        if (rank == 0) return false;
        BatchedArgument batch{i, static_cast<const char *>(loop.frame.arguments[i]), 0, staging, {}};
        std::copy_n(loop.frame.shapes[i], rank, batch.shape);
        if (has_rows && batch.shape[0] != loop.rows) return false;
        has_rows = true;
        loop.rows = batch.shape[0];
        std::int64_t elements = 1;
        for (int axis = 1; axis < rank; ++axis)
            if (__builtin_mul_overflow(elements, batch.shape[axis], &elements)) return false;
        batch.row_bytes = elements * static_cast<std::int64_t>(item_size(entry.arguments[i].dtype));
        if (loop.frame.on_device && device_calls->has_argument(loop.frame, i)) {
            loop.batched_on_device.push_back(batch);
            continue;
        }
        // At most the size of the array, which has rows.
        staging += (batch.row_bytes * std::min(loop.batch_size, loop.rows) + 63) / 64 * 64;
        loop.batched.push_back(batch);
    }
    for (auto *const batches : {&loop.batched, &loop.batched_on_device})
        for (BatchedArgument &batch : *batches) loop.frame.shapes[batch.argument] = batch.shape;
    loop.staging_bytes = ordered ? staging : 0;
    return loop.row >= 0 && loop.row < loop.rows;
}

// Reads one epoch's order of the rows, or None.
bool read_order(StepLoop &loop, PyObject *object) {
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

// Reads the results that are summed, real scalars, and their totals so far.
bool read_sums(StepLoop &loop, PyObject *sums, PyObject *totals) {
    if (!PyTuple_Check(sums) || !PyTuple_Check(totals) || PyTuple_GET_SIZE(sums) != PyTuple_GET_SIZE(totals))
        return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(sums); ++i) {
        const long index = PyLong_AsLong(PyTuple_GET_ITEM(sums, i));
        const double total = PyFloat_AsDouble(PyTuple_GET_ITEM(totals, i));
        if (PyErr_Occurred() || index < 0 || index >= loop.plan.entry->result_count) return false;
        const tdsl_result &result = loop.plan.entry->results[index];
        if (result.role != TDSL_RETURN || result.rank != 0 || !is_real(result.dtype)) return false;
        loop.sums.push_back(static_cast<int>(index));
        loop.total.push_back(total);
    }
    return true;
}

// Reads pairs of a scalar argument and its values in all steps that remain.
bool read_series(StepLoop &loop, PyObject *object) {
    if (!PyTuple_Check(object)) return false;
    const auto steps_of = [&](std::int64_t rows) { return (rows + loop.batch_size - 1) / loop.batch_size; };
    std::int64_t steps = 0;
    if (loop.batch_size > std::numeric_limits<std::int64_t>::max() - loop.rows) return PyTuple_GET_SIZE(object) == 0;
    if (__builtin_mul_overflow(loop.epochs, steps_of(loop.rows), &steps)) return PyTuple_GET_SIZE(object) == 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(object); ++i) {
        long argument;
        PyObject *values;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(object, i), "lO", &argument, &values)) return false;
        auto *const array = reinterpret_cast<PyArrayObject *>(values);
        if (argument < 0 || argument >= loop.plan.entry->argument_count || !PyArray_CheckExact(values)) return false;
        const tdsl_argument &declared = loop.plan.entry->arguments[argument];
        if (declared.rank != 0 || declared.binds || PyArray_NDIM(array) != 1 || !PyArray_ISCARRAY_RO(array) ||
            !has_dtype(array, declared.dtype) || PyArray_DIM(array, 0) < steps - loop.row / loop.batch_size)
            return false;
        loop.series.push_back({static_cast<int>(argument), static_cast<const char *>(PyArray_DATA(array)),
                               static_cast<std::int64_t>(item_size(declared.dtype))});
    }
    return true;
}

bool take_second_arrays(StepLoop &loop) {
    for (int i = 0; i < loop.plan.entry->update_count; ++i) {
        if (may_overwrite(*loop.plan.entry, i)) continue;
        PyArrayObject *array = take_spare(loop.core, loop.plan.entry->updates[i]);
        if (!array) return false;
        loop.second[static_cast<std::size_t>(i)] = array;
    }
    return true;
}

// Makes the values of the last good step current; all other arrays become spare again.
void commit_last_step(StepLoop &loop) {
    const tdsl_entry &entry = *loop.plan.entry;
    for (int i = 0; i < entry.update_count; ++i) {
        PyArrayObject *&last = loop.second[static_cast<std::size_t>(i)];
        if (loop.swapped && !may_overwrite(entry, i)) std::swap(loop.frame.update_arrays[i], last);
        if (loop.steps && last) std::swap(loop.core->variables[entry.updates[i]].current, last);
        if (last) keep_spare(loop.core, entry.updates[i], std::exchange(last, nullptr));
    }
    return_updates(loop.core, loop.frame);
}

// Raises the exception that `prepare` raises for a batch of the refused size, whatever it contains.
void raise_size_mismatch(const StepLoop &loop, PyObject *arguments) {
    PyObject *values = PyTuple_New(loop.plan.entry->argument_count);
    for (int i = 0; values && i < loop.plan.entry->argument_count; ++i) {
        const tdsl_argument &argument = loop.plan.entry->arguments[i];
        PyObject *const value =
            argument.rank
                ? reinterpret_cast<PyObject *>(new_array(argument.dtype, argument.rank, loop.frame.shapes[i]))
                : Py_NewRef(PyTuple_GET_ITEM(arguments, i));
        if (!value) Py_CLEAR(values);
        if (values) PyTuple_SET_ITEM(values, i, value);
    }
    if (values) raise_mismatch(loop.plan, loop.core, values, nullptr);
    Py_XDECREF(values);
}

PyObject *tuple_of(const double *values, std::size_t count) {
    PyObject *tuple = PyTuple_New(static_cast<Py_ssize_t>(count));
    for (std::size_t i = 0; tuple && i < count; ++i) {
        PyObject *value = PyFloat_FromDouble(values[i]);
        if (!value) Py_CLEAR(tuple);
        else PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), value);
    }
    return tuple;
}

// The totals of the completed epochs, then row and totals of the current one.
PyObject *answer(const StepLoop &loop, std::int64_t epochs) {
    const std::size_t count = loop.sums.size(), completed = static_cast<std::size_t>(epochs - loop.epochs);
    PyObject *totals = PyList_New(static_cast<Py_ssize_t>(completed));
    for (std::size_t i = 0; totals && i < completed; ++i) {
        PyObject *total = tuple_of(loop.totals.data() + i * count, count);
        if (!total) Py_CLEAR(totals);
        else PyList_SET_ITEM(totals, static_cast<Py_ssize_t>(i), total);
    }
    PyObject *const total = totals ? tuple_of(loop.total.data(), count) : nullptr;
    if (total) return Py_BuildValue("NLN", totals, static_cast<long long>(loop.row), total);
    Py_XDECREF(totals);
    return nullptr;
}

PyObject *run_loop(StepLoop &loop) {
    const bool is_here = loop.core->device < 0;
    if (is_here && (!take_updates(loop.core, loop.frame, false) || !take_second_arrays(loop))) {
        commit_last_step(loop);
        return nullptr;
    }
    read_variables(loop.core, loop.frame);
    const std::int64_t epochs = loop.epochs;
    bool good = false;
    PyThreadState *state = PyEval_SaveThread();
    try {
        good = is_here ? run_steps(loop, state) : device_calls->run_steps(loop, state);
    } catch (const std::bad_alloc &) {
        loop.out_of_memory = true;
    }
    PyEval_RestoreThread(state);
    // Checks the frame while its arrays are still private.
    if (!good && loop.sizes_fit && !loop.out_of_memory && !PyErr_Occurred()) {
        if (!is_here) device_calls->explain(loop.core, loop.frame);
        if (!PyErr_Occurred()) raise_if_failed(loop.frame);
    }
    if (is_here) commit_last_step(loop);
    if (PyErr_Occurred()) return nullptr;
    if (loop.out_of_memory) return PyErr_NoMemory();
    if (!loop.sizes_fit) {
        raise_size_mismatch(loop, loop.arguments);
        return nullptr;
    }
    return answer(loop, epochs);
}

}  // namespace

// _row_order(seed, epoch, rows)
PyObject *core_row_order(PyObject *, PyObject *args) {
    long long seed, epoch, rows;
    if (!PyArg_ParseTuple(args, "LLL", &seed, &epoch, &rows)) return nullptr;
    const npy_intp shape[] = {static_cast<npy_intp>(rows)};
    PyArrayObject *array = new_array(TDSL_I64, 1, shape);
    if (!array) return nullptr;
    try {
        const std::vector<std::int64_t> order = row_order(seed, epoch, rows);
        std::copy(order.begin(), order.end(), static_cast<std::int64_t *>(PyArray_DATA(array)));
    } catch (const std::bad_alloc &) {
        Py_DECREF(array);
        return PyErr_NoMemory();
    }
    return reinterpret_cast<PyObject *>(array);
}

// _steps(run, epochs, first row, totals so far), where `run` is the tuple Run of runtime/python/steps.py.
PyObject *core_steps(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    if (count != 4) return PyErr_Format(PyExc_TypeError, "_steps takes 4 arguments, got %zd", count);
    long long index, batch_size, rank, ranks, most_steps;
    PyObject *arguments, *batched, *order, *series, *sums;
    double seconds;
    if (!PyTuple_Check(args[0])) return PyErr_Format(PyExc_TypeError, "_steps: expected a Run");
    if (!PyArg_ParseTuple(args[0], "LOOOLdOOLLL", &index, &arguments, &batched, &order, &batch_size, &seconds,
                          &series, &sums, &rank, &ranks, &most_steps))
        return nullptr;
    const long long epochs = PyLong_AsLongLong(args[1]), first = PyLong_AsLongLong(args[2]);
    if (PyErr_Occurred()) return nullptr;
    const ModulePlan &module = *plan_of_library;
    if (index < 0 || index >= module.module->entry_count || batch_size < 1 || rank < 0 || rank >= ranks ||
        most_steps < 1)
        return PyErr_Format(PyExc_ValueError, "_steps: entry %lld, batch size %lld", index, batch_size);
    const EntryPlan &plan = module.entries[static_cast<std::size_t>(index)];
    const CallTimer timer(plan);
    auto *core = reinterpret_cast<CoreObject *>(self);
    if (!begin_turn(core, plan.entry->name)) return nullptr;
    PyObject *result = nullptr;
    try {
        std::vector<std::uint64_t> memory(plan.frame_bytes / 8 + 1);
        Frame frame(plan, memory.data(), core);
        StepLoop loop{.plan = plan, .core = core, .frame = frame, .arguments = arguments, .epochs = epochs,
                      .row = first,
                      .batch_size = batch_size, .seconds = seconds, .most_steps = most_steps,
                      .rank = rank, .ranks = ranks};
        const auto variable_count = static_cast<std::size_t>(module.module->variable_count);
        const auto update_count = static_cast<std::size_t>(plan.entry->update_count);
        loop.second.assign(update_count, nullptr);
        loop.buffers.assign(2, {std::vector<const void *>(variable_count), std::vector<void *>(update_count)});
        if (read_batched_arguments(loop, arguments, batched, order != Py_None) && read_order(loop, order) &&
            read_sums(loop, sums, args[3]) && read_series(loop, series))
            result = run_loop(loop);
        else if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "_steps: arguments are not as prepare() returns them");
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    }
    end_turn(core);
    return result;
}

}  // namespace tdsl::binding
