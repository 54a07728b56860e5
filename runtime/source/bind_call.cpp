// One call of an entry: the path that every step from Python takes.
#include "bind.hpp"

#include "float_state.hpp"

#include <alloca.h>

#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <utility>

namespace tdsl::binding {
namespace {

struct CallArguments {
    PyObject *const *positional;
    Py_ssize_t count;
    PyObject *names;  // of the keywords, whose values follow the positional ones

    PyObject *keyword(Py_ssize_t index) const { return positional[count + index]; }
    Py_ssize_t keywords() const { return names ? PyTuple_GET_SIZE(names) : 0; }
};

// A call of fewer elements ends before another thread could use the GIL, so the GIL is kept.  The clock notices slow
// calls, such as a sum over all pairs; calls below `elements_untimed` elements are not timed.
constexpr std::int64_t elements_under_gil = 4096;
constexpr std::int64_t elements_untimed = 64;
constexpr std::int64_t workspace_under_gil = 1 << 16;
constexpr double seconds_under_gil = 50e-6;
constexpr std::size_t most_stack_bytes = 4096;

bool is_out(const EntryPlan &plan, PyObject *name) {
    return plan.accepts_out && PyUnicode_CompareWithASCIIString(name, "out") == 0;
}

// Argument names are interned on both sides, so identity decides; `prepare` judges anything else.
bool match_arguments(const EntryPlan &plan, Frame &frame, const CallArguments &given) {
    const Py_ssize_t expected = plan.entry->argument_count;
    if (given.count > expected) return false;
    for (Py_ssize_t i = 0; i < given.count; ++i) frame.values[i] = given.positional[i];
    for (Py_ssize_t k = 0; k < given.keywords(); ++k) {
        PyObject *const name = PyTuple_GET_ITEM(given.names, k);
        Py_ssize_t i = given.count;
        while (i < expected && plan.names[static_cast<std::size_t>(i)] != name) ++i;
        if (i < expected && !frame.values[i])
            frame.values[i] = given.keyword(k);
        else if (!is_out(plan, name))
            return false;
    }
    return true;
}

// Calls `prepare`; the frame borrows the values from the tuple that it returns.
PyObject *prepare_arguments(const EntryPlan &plan, CoreObject *core, Frame &frame, const CallArguments &given) {
    if (frame.on_device) device_calls->drop(frame);  // those of the first try
    PyObject *args = PyTuple_New(given.count), *kwargs = PyDict_New(), *values = nullptr;
    PyObject *on_device = find_on_device(core);
    bool good = args && kwargs && on_device;
    for (Py_ssize_t i = 0; good && i < given.count; ++i) PyTuple_SET_ITEM(args, i, Py_NewRef(given.positional[i]));
    for (Py_ssize_t k = 0; good && k < given.keywords(); ++k) {
        PyObject *name = PyTuple_GET_ITEM(given.names, k);
        if (!is_out(plan, name)) good = PyDict_SetItem(kwargs, name, given.keyword(k)) == 0;
    }
    if (good)
        values = PyObject_CallFunctionObjArgs(plan.module->prepare, plan.module->table, plan.table, args, kwargs,
                                              on_device, nullptr);
    for (PyObject *object : {args, kwargs, on_device}) Py_XDECREF(object);
    if (!values) return nullptr;
    if (PyTuple_Check(values) && PyTuple_GET_SIZE(values) == plan.entry->argument_count) {
        for (Py_ssize_t i = 0; i < plan.entry->argument_count; ++i) frame.values[i] = PyTuple_GET_ITEM(values, i);
        if (read_arguments(frame, core) && bind_sizes(frame, true)) return values;
    }
    Py_DECREF(values);
    PyErr_SetString(PyExc_SystemError, "tdsl: prepared arguments do not fit");
    return nullptr;
}

PyObject *returned_object(Frame &frame, int index) {
    if (PyArrayObject *array = frame.result_arrays[index]) {
        frame.result_arrays[index] = nullptr;
        return reinterpret_cast<PyObject *>(array);
    }
    return scalar_object(frame.plan.entry->results[index].dtype, frame.results[index]);
}

// Nests and names the results as the program does; takes the reference to the flat tuple.
PyObject *as_nested_tuples(const EntryPlan &plan, PyObject *flat) {
    if (!flat || (!*plan.entry->nesting && !plan.entry->field_count)) return flat;
    PyObject *answer =
        PyObject_CallFunction(plan.module->nested, "OsO", flat, plan.entry->nesting, plan.result_class);
    Py_DECREF(flat);
    return answer;
}

// Returns whether the GIL was released.
bool run_releasing_gil(Frame &frame, std::int64_t workspace_bytes, void *workspace) {
    const std::int64_t elements = workspace_bytes > workspace_under_gil ? INT64_MAX : elements_of(frame);
    if (elements <= elements_untimed) {
        run(frame, workspace);
        return false;
    }
    const double start = seconds_now();
    const bool released = elements > elements_under_gil || frame.plan.was_slow;
    if (released) {
        Py_BEGIN_ALLOW_THREADS
        run(frame, workspace);
        Py_END_ALLOW_THREADS
    } else {
        run(frame, workspace);
    }
    frame.plan.was_slow = seconds_now() - start > seconds_under_gil;
    return released;
}

void update_releasing_gil(CoreObject *core, Frame &frame, void *workspace) {
    block_readers(core, true);
    Py_BEGIN_ALLOW_THREADS
    update(frame, workspace);
    Py_END_ALLOW_THREADS
    block_readers(core, false);
}

}  // namespace

PyObject *returned_objects(Frame &frame, PyObject *out) {
    if (out) return Py_NewRef(out);
    if (frame.plan.returned == 0) Py_RETURN_NONE;
    const bool several = frame.plan.returned > 1 || *frame.plan.entry->nesting || frame.plan.entry->field_count;
    PyObject *tuple = several ? PyTuple_New(frame.plan.returned) : nullptr;
    if (several && !tuple) return nullptr;
    Py_ssize_t position = 0;
    for (int i = 0; i < frame.plan.entry->result_count; ++i) {
        if (frame.plan.entry->results[i].role != TDSL_RETURN) continue;
        PyObject *object = returned_object(frame, i);
        if (!tuple) return object;
        if (!object) {
            Py_DECREF(tuple);
            return nullptr;
        }
        PyTuple_SET_ITEM(tuple, position++, object);
    }
    return as_nested_tuples(frame.plan, tuple);
}

bool raise_mismatch(const EntryPlan &plan, CoreObject *core, PyObject *args, PyObject *kwargs) {
    PyObject *none = kwargs ? Py_NewRef(kwargs) : PyDict_New(), *on_device = find_on_device(core);
    PyObject *values = none && on_device
                           ? PyObject_CallFunctionObjArgs(plan.module->prepare, plan.module->table, plan.table, args,
                                                          none, on_device, nullptr)
                           : nullptr;
    Py_XDECREF(none);
    Py_XDECREF(on_device);
    if (values) PyErr_SetString(PyExc_SystemError, "tdsl: arguments were refused without an exception");
    Py_XDECREF(values);
    return false;
}

PyObject *array_on_device(PyObject *core, PyObject *value) {
    const int device = device_of(reinterpret_cast<CoreObject *>(core));
    if (device < 0) Py_RETURN_NONE;
    return device_calls->imported(value, device);
}

PyObject *find_on_device(CoreObject *core) {
    static PyMethodDef method = {"on_device", array_on_device, METH_O, nullptr};
    if (device_of(core) < 0) Py_RETURN_NONE;
    return PyCFunction_New(&method, reinterpret_cast<PyObject *>(core));
}

bool run_call(CoreObject *core, Frame &frame, const char *name, PyObject *out, PyObject **answer) {
    if (device_of(core) >= 0) return device_calls->run_call(core, frame, name, out, answer);
    const std::int64_t bytes = workspace_bytes(frame);
    if (bytes < 0) {
        PyErr_NoMemory();
        return false;
    }
    if (core && !begin_turn(core, name)) return false;
    bool good = !core || take_updates(core, frame, true);
    if (good) {
        if (core) read_variables(core, frame);
        void *workspace = nullptr;
        bool released = false;
        try {
            if (bytes)  // modules without variables compute in memory of the thread
                workspace = core ? core->workspace->reserve(static_cast<std::size_t>(bytes))
                                 : thread_buffer<char>(Purpose::workspace, bytes);
            released = run_releasing_gil(frame, bytes, workspace);
        } catch (const std::bad_alloc &) {
            frame.failure = Failure::memory;
        }
        good = raise_if_failed(frame);
        if (good && answer) good = (*answer = returned_objects(frame, out)) != nullptr;
        if (good && released && frame.plan.entry->host.update && !is_forking())
            update_releasing_gil(core, frame, workspace);
        else if (good)
            update(frame, workspace);
    }
    if (!core) return good;
    if (good)
        commit_updates(core, frame);
    else
        return_updates(core, frame);
    end_turn(core);
    return good;
}

namespace {

// `given` is passed by reference: a copy would use vector loads, which stall on the stores of its members.
PyObject *call_entry(const EntryPlan &plan, CoreObject *core, const CallArguments &given) {
    PyObject *out = nullptr;
    for (Py_ssize_t k = 0; k < given.keywords(); ++k)
        if (is_out(plan, PyTuple_GET_ITEM(given.names, k)) && given.keyword(k) != Py_None) out = given.keyword(k);
    // The stack of a thread may be small, and an entry may have many arguments.
    std::unique_ptr<std::uint64_t[]> heap;
    if (plan.frame_bytes > most_stack_bytes) {
        heap.reset(new (std::nothrow) std::uint64_t[plan.frame_bytes / 8]);
        if (!heap) return PyErr_NoMemory();
    }
    Frame frame(plan, heap ? heap.get() : alloca(plan.frame_bytes), core);
    PyObject *held = nullptr;
    if (!match_arguments(plan, frame, given) || !read_arguments(frame, core) || !bind_sizes(frame, true)) {
        held = prepare_arguments(plan, core, frame, given);
        if (!held) return nullptr;
    }
    PyObject *answer = nullptr;
    const tdsl_entry &entry = *plan.entry;
    const bool out_fits = !out || use_out(frame, core, out);
    // If a call may fail after its kernels ran, results are copied into `out` only once it has succeeded.
    const int late = out && plan.may_fail ? entry.result_count : 0;
    for (int i = 0; i < late; ++i) {
        frame.late_arrays[i] = std::exchange(frame.result_arrays[i], nullptr);
        frame.late_data[i] = frame.results[i];
    }
    const bool ready = out_fits && allocate_results(frame);
    // Calls on the CPU of these sizes fit too then.
    const bool fits_here = frame.device < 0 || entry.memory.value(frame.dims) <= plan.module->memory_limit;
    if (ready && !frame.has_cached_sizes && fits_here) cache_sizes(frame);
    if (ready && run_call(core, frame, entry.name, out, &answer)) {
        for (int i = 0; i < late; ++i)
            if (frame.late_arrays[i])
                std::memcpy(frame.late_data[i], frame.results[i],
                            static_cast<std::size_t>(frame.result_counts[i]) * item_size(entry.results[i].dtype));
    }
    for (int i = 0; i < late; ++i) Py_XDECREF(frame.late_arrays[i]);
    release_results(frame);
    Py_XDECREF(held);
    return answer;
}

// A call of an entry that takes only numbers; false if it needs a frame.
bool call_with_scalars(const EntryPlan &plan, PyObject *const *given, PyObject *&answer) {
    const tdsl_entry &entry = *plan.entry;
    Scalar values[most_scalars], found;
    const void *arguments[most_scalars];
    void *results[1] = {&found};
    for (int i = 0; i < entry.argument_count; ++i) {
        if (!read_scalar(values[i], entry.arguments[i], given[i])) return false;
        arguments[i] = &values[i];
    }
    tdsl_call call{arguments, plan.cached.dims.data(), results, nullptr, nullptr, nullptr, {}, nullptr, nullptr,
                   nullptr, nullptr};
    const LapTimer timer(call, plan, call.dims, true);
    try {
        const ScopedFloatState state(FloatState::for_kernels(plan.module->module->options.flush_subnormals));
        entry.host.run(&call);
    } catch (const std::exception &) {  // the call with a frame raises it
        return false;
    }
    answer = scalar_object(entry.results[0].dtype, &found);
    return true;
}

}  // namespace

PyObject *call_function(PyObject *self, PyObject *const *args, std::size_t flags, PyObject *names) {
    const EntryPlan &plan = plan_of(self);
    const CallTimer timer(plan);
    const Py_ssize_t count = PyVectorcall_NARGS(flags);
    PyObject *answer = nullptr;
    if (plan.is_scalar_call && !names && count == plan.entry->argument_count && call_with_scalars(plan, args, answer))
        return answer;
    return call_entry(plan, nullptr, {args, count, names});
}

PyObject *call_method(PyObject *self, PyObject *const *args, std::size_t flags, PyObject *names) {
    const EntryPlan &plan = plan_of(self);
    const CallTimer timer(plan);
    const Py_ssize_t count = PyVectorcall_NARGS(flags);
    if (count == 0 || !PyObject_TypeCheck(args[0], plan.module->core_type))
        return PyErr_Format(PyExc_TypeError, "%s.%s is a method of Model", plan.module->module->name, plan.entry->name);
    return call_entry(plan, reinterpret_cast<CoreObject *>(args[0]), {args + 1, count - 1, names});
}

}  // namespace tdsl::binding
