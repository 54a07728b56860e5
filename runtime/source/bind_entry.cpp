// An entry as a Python callable, and one call of it: the path every step from Python takes.
#include "bind.hpp"

#include "float_state.hpp"

#include <alloca.h>
#include <structmember.h>

#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <utility>

namespace tdsl::binding {
namespace {

// Below this many elements a kernel is over before another thread could have used the GIL; what takes long all the
// same, like a sum over all pairs, is noticed by the clock, which fewer elements than the second number can do without.
constexpr std::int64_t elements_under_gil = 4096;
constexpr std::int64_t elements_untimed = 64;
constexpr std::int64_t workspace_under_gil = 1 << 16;
constexpr double seconds_under_gil = 50e-6;
constexpr std::size_t most_on_stack = 4096;

struct EntryObject {
    PyObject_HEAD
    vectorcallfunc call;
    PyObject *weak_references;
    const EntryPlan *plan;
};

const EntryPlan &plan_of(PyObject *entry) { return *reinterpret_cast<EntryObject *>(entry)->plan; }

struct Given {
    PyObject *const *positional;
    Py_ssize_t count;
    PyObject *names;  // of the keywords, whose values follow the positional ones

    PyObject *keyword(Py_ssize_t index) const { return positional[count + index]; }
    Py_ssize_t keywords() const { return names ? PyTuple_GET_SIZE(names) : 0; }
};

bool is_out(const EntryPlan &plan, PyObject *name) {
    return plan.takes_out && PyUnicode_CompareWithASCIIString(name, "out") == 0;
}

// Argument names are interned on both sides, so identity decides; anything else is for `prepare` to judge.
bool take_given(const EntryPlan &plan, Frame &frame, const Given &given) {
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

// Calls `prepare`; its tuple holds the values the frame then borrows.
PyObject *prepared(const EntryPlan &plan, Frame &frame, const Given &given) {
    PyObject *args = PyTuple_New(given.count), *kwargs = PyDict_New(), *values = nullptr;
    bool good = args && kwargs;
    for (Py_ssize_t i = 0; good && i < given.count; ++i) PyTuple_SET_ITEM(args, i, Py_NewRef(given.positional[i]));
    for (Py_ssize_t k = 0; good && k < given.keywords(); ++k) {
        PyObject *name = PyTuple_GET_ITEM(given.names, k);
        if (!is_out(plan, name)) good = PyDict_SetItem(kwargs, name, given.keyword(k)) == 0;
    }
    if (good)
        values =
            PyObject_CallFunctionObjArgs(plan.module->prepare, plan.module->table, plan.table, args, kwargs, nullptr);
    Py_XDECREF(args);
    Py_XDECREF(kwargs);
    if (!values) return nullptr;
    if (PyTuple_Check(values) && PyTuple_GET_SIZE(values) == plan.entry->argument_count) {
        for (Py_ssize_t i = 0; i < plan.entry->argument_count; ++i) frame.values[i] = PyTuple_GET_ITEM(values, i);
        if (take_values(frame) && bind_sizes(frame, true)) return values;
    }
    Py_DECREF(values);
    PyErr_SetString(PyExc_SystemError, "tdsl: prepared arguments do not fit");
    return nullptr;
}

bool overlaps(const void *a, std::size_t a_bytes, const void *b, std::size_t b_bytes) {
    const auto x = reinterpret_cast<std::uintptr_t>(a), y = reinterpret_cast<std::uintptr_t>(b);
    return x < y + b_bytes && y < x + a_bytes;
}

// Whether `out` for result i, the array `value`, may be written to as it is; the frame takes a reference.
bool take_out(Frame &frame, int i, PyObject *value) {
    const tdsl_entry &entry = *frame.plan.entry;
    const tdsl_result &result = entry.results[i];
    npy_intp shape[most_dimensions];
    if (!PyArray_CheckExact(value)) return false;
    auto *array = reinterpret_cast<PyArrayObject *>(value);
    if (!PyArray_ISCARRAY(array) || !has_dtype(array, result.dtype) || PyArray_NDIM(array) != result.rank ||
        !result_shape(frame, result, shape, frame.result_counts[i]))
        return false;
    for (int axis = 0; axis < result.rank; ++axis)
        if (PyArray_DIM(array, axis) != shape[axis]) return false;
    const auto bytes = static_cast<std::size_t>(PyArray_NBYTES(array));
    for (int k = 0; k < entry.argument_count; ++k) {
        const auto size = static_cast<std::size_t>(frame.counts[k]) * item_size(entry.arguments[k].dtype);
        if (overlaps(PyArray_DATA(array), bytes, frame.arguments[k], size)) return false;
    }
    for (int k = 0; k < i; ++k)
        if (PyArrayObject *other = frame.result_arrays[k])
            if (overlaps(PyArray_DATA(array), bytes, PyArray_DATA(other),
                         static_cast<std::size_t>(PyArray_NBYTES(other))))
                return false;
    Py_INCREF(array);
    frame.result_arrays[i] = array;
    frame.results[i] = PyArray_DATA(array);
    return true;
}

bool take_outs(Frame &frame, PyObject *out) {
    const bool several = PyTuple_Check(out) || PyList_Check(out);
    if (frame.plan.returned == 0 || (several ? PySequence_Fast_GET_SIZE(out) : 1) != frame.plan.returned) return false;
    int returned = 0;
    for (int i = 0; i < frame.plan.entry->result_count; ++i) {
        if (frame.plan.entry->results[i].role != TDSL_RETURN) continue;
        if (!take_out(frame, i, several ? PySequence_Fast_GET_ITEM(out, returned) : out)) return false;
        ++returned;
    }
    return true;
}

// Python finds the arrays behind what was given for `out`, or names what is wrong with it; it judges arrays only, so
// shapes are all it needs to hear.
PyObject *accepted_outs(Frame &frame, PyObject *out) {
    const tdsl_entry &entry = *frame.plan.entry;
    PyObject *shapes = PyList_New(0), *arguments = PyTuple_New(entry.argument_count);
    bool good = shapes && arguments;
    for (int i = 0; good && i < entry.argument_count; ++i)
        PyTuple_SET_ITEM(arguments, i, Py_NewRef(frame.values[i] ? frame.values[i] : Py_None));
    for (int i = 0; good && i < entry.result_count; ++i) {
        if (entry.results[i].role != TDSL_RETURN) continue;
        npy_intp sizes[most_dimensions];
        std::int64_t count;
        result_shape(frame, entry.results[i], sizes, count);
        PyObject *shape = PyArray_IntTupleFromIntp(entry.results[i].rank, sizes);
        good = shape && PyList_Append(shapes, shape) == 0;
        Py_XDECREF(shape);
    }
    PyObject *arrays = nullptr;
    if (good)
        arrays = PyObject_CallFunctionObjArgs(frame.plan.module->checked_out, frame.plan.module->table,
                                              frame.plan.table, out, shapes, arguments, nullptr);
    Py_XDECREF(shapes);
    Py_XDECREF(arguments);
    return arrays;
}

// Takes the arrays as they are, or those that Python finds in them; false with an exception set.
bool accept_outs(Frame &frame, PyObject *out) {
    if (!*frame.plan.entry->nesting && take_outs(frame, out)) return true;
    release_results(frame);
    PyObject *arrays = accepted_outs(frame, out);
    const bool taken = arrays && PyList_Check(arrays) && take_outs(frame, arrays);
    if (!taken && !PyErr_Occurred()) PyErr_SetString(PyExc_SystemError, "tdsl: out= was refused without reason");
    Py_XDECREF(arrays);
    return taken;
}

PyObject *returned_object(Frame &frame, int index) {
    if (PyArrayObject *array = frame.result_arrays[index]) {
        frame.result_arrays[index] = nullptr;
        return reinterpret_cast<PyObject *>(array);
    }
    return scalar_object(frame.plan.entry->results[index].dtype, frame.results[index]);
}

// The results in the tuples of the program; takes the reference to the flat one.
PyObject *in_tuples(const EntryPlan &plan, PyObject *flat) {
    if (!flat || !*plan.entry->nesting) return flat;
    PyObject *answer = PyObject_CallFunction(plan.module->nested, "Os", flat, plan.entry->nesting);
    Py_DECREF(flat);
    return answer;
}

PyObject *returned_objects(Frame &frame, PyObject *out) {
    if (out) return Py_NewRef(out);
    if (frame.plan.returned == 0) Py_RETURN_NONE;
    const bool several = frame.plan.returned > 1 || *frame.plan.entry->nesting;
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
    return in_tuples(frame.plan, tuple);
}

// What is given comes by reference: as a value it would be copied in vectors, which wait for the stores of its members.
PyObject *call_with(const EntryPlan &plan, CoreObject *core, const Given &given) {
    PyObject *out = nullptr;
    for (Py_ssize_t k = 0; k < given.keywords(); ++k)
        if (is_out(plan, PyTuple_GET_ITEM(given.names, k)) && given.keyword(k) != Py_None) out = given.keyword(k);
    // A thread's stack may be small, and an entry have many arguments.
    std::unique_ptr<std::uint64_t[]> far;
    if (plan.frame_bytes > most_on_stack) {
        far.reset(new (std::nothrow) std::uint64_t[plan.frame_bytes / 8]);
        if (!far) return PyErr_NoMemory();
    }
    Frame frame(plan, far ? far.get() : alloca(plan.frame_bytes));
    PyObject *held = nullptr;
    if (!take_given(plan, frame, given) || !take_values(frame) || !bind_sizes(frame, true)) {
        held = prepared(plan, frame, given);
        if (!held) return nullptr;
    }
    PyObject *answer = nullptr;
    // Where a call may fail after its kernels ran, what `out` holds is replaced only when it has not.
    const tdsl_entry &entry = *plan.entry;
    const int late = out && plan.may_fail ? entry.result_count : 0;
    const bool out_fits = !out || accept_outs(frame, out);
    for (int i = 0; i < late; ++i) {
        frame.late_arrays[i] = std::exchange(frame.result_arrays[i], nullptr);
        frame.late_data[i] = frame.results[i];
    }
    const bool ready = out_fits && allocate_results(frame);
    if (ready && !frame.knows_sizes) remember_sizes(frame);
    if (ready && call_core(core, frame, entry.name, out, &answer)) {
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

// A call of an entry that has only numbers; false if it must be made with a frame.
bool call_with_numbers(const EntryPlan &plan, PyObject *const *given, PyObject *&answer) {
    const tdsl_entry &entry = *plan.entry;
    Scalar values[most_numbers], found;
    const void *arguments[most_numbers];
    void *results[1] = {&found};
    for (int i = 0; i < entry.argument_count; ++i) {
        if (!take_scalar(values[i], entry.arguments[i], given[i])) return false;
        arguments[i] = &values[i];
    }
    tdsl_call call{arguments, plan.known.dims.data(), results, nullptr, nullptr, nullptr, {0, 0, 0}};
    try {
        const InFloatState state(FloatState::of_kernels(plan.module->module->options.flush_subnormals));
        entry.run(&call);
    } catch (const std::exception &) {  // which the call with a frame explains
        return false;
    }
    answer = scalar_object(entry.results[0].dtype, &found);
    return true;
}

PyObject *call_function(PyObject *self, PyObject *const *args, std::size_t flags, PyObject *names) {
    const EntryPlan &plan = plan_of(self);
    const Py_ssize_t count = PyVectorcall_NARGS(flags);
    PyObject *answer = nullptr;
    if (plan.has_only_numbers && !names && count == plan.entry->argument_count && call_with_numbers(plan, args, answer))
        return answer;
    return call_with(plan, nullptr, {args, count, names});
}

PyObject *call_method(PyObject *self, PyObject *const *args, std::size_t flags, PyObject *names) {
    const EntryPlan &plan = plan_of(self);
    const Py_ssize_t count = PyVectorcall_NARGS(flags);
    if (count == 0 || !PyObject_TypeCheck(args[0], plan.module->core_type))
        return PyErr_Format(PyExc_TypeError, "%s.%s is a method of Model", plan.module->module->name, plan.entry->name);
    return call_with(plan, reinterpret_cast<CoreObject *>(args[0]), {args + 1, count - 1, names});
}

PyObject *entry_get(PyObject *self, PyObject *instance, PyObject *) {
    if (!instance || instance == Py_None || !plan_of(self).module->core_type) return Py_NewRef(self);
    return PyMethod_New(self, instance);
}

PyObject *entry_repr(PyObject *self) {
    return PyUnicode_FromFormat("<entry %s.%s>", plan_of(self).module->module->name, plan_of(self).entry->name);
}

PyObject *entry_name(PyObject *self, void *) { return PyUnicode_FromString(plan_of(self).entry->name); }

PyObject *entry_qualified_name(PyObject *self, void *) {
    return PyUnicode_FromFormat(plan_of(self).module->core_type ? "Model.%s" : "%s", plan_of(self).entry->name);
}

PyObject *entry_module(PyObject *self, void *) { return PyModule_GetNameObject(plan_of(self).module->support); }

PyObject *entry_document(PyObject *self, void *) {
    const EntryPlan &plan = plan_of(self);
    return PyObject_CallMethod(plan.module->support, "entry_document", "OO", plan.module->table, plan.table);
}

PyObject *entry_signature(PyObject *self, void *function) {
    const EntryPlan &plan = plan_of(self);
    return PyObject_CallMethod(plan.module->support, static_cast<const char *>(function), "OO", plan.table,
                               plan.module->core_type ? Py_True : Py_False);
}

PyGetSetDef entry_attributes[] = {
    {"__name__", entry_name, nullptr, nullptr, nullptr},
    {"__qualname__", entry_qualified_name, nullptr, nullptr, nullptr},
    {"__module__", entry_module, nullptr, nullptr, nullptr},
    {"__doc__", entry_document, nullptr, nullptr, nullptr},
    {"__signature__", entry_signature, nullptr, nullptr, const_cast<char *>("entry_signature")},
    {"__text_signature__", entry_signature, nullptr, nullptr, const_cast<char *>("text_signature")},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

// Copies and pickles hold the name.
PyObject *entry_reduce(PyObject *self, PyObject *) { return entry_qualified_name(self, nullptr); }

PyMethodDef entry_methods[] = {
    {"__reduce__", entry_reduce, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMemberDef entry_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(EntryObject, weak_references), READONLY, nullptr},
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(EntryObject, call), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

void entry_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    if (reinterpret_cast<EntryObject *>(self)->weak_references) PyObject_ClearWeakRefs(self);
    type->tp_free(self);
    Py_DECREF(type);
}

// Whether others had the GIL meanwhile.
bool run_and_let_others(Frame &frame, std::int64_t workspace_bytes, void *workspace) {
    const std::int64_t elements = workspace_bytes > workspace_under_gil ? INT64_MAX : elements_of(frame);
    if (elements <= elements_untimed) {
        run(frame, workspace);
        return false;
    }
    const double start = seconds_now();
    const bool others = elements > elements_under_gil || frame.plan.took_long;
    if (others) {
        Py_BEGIN_ALLOW_THREADS
        run(frame, workspace);
        Py_END_ALLOW_THREADS
    } else {
        run(frame, workspace);
    }
    frame.plan.took_long = seconds_now() - start > seconds_under_gil;
    return others;
}

void update_and_let_others(CoreObject *core, Frame &frame, void *workspace) {
    keep_others_away(core, true);
    Py_BEGIN_ALLOW_THREADS
    update(frame, workspace);
    Py_END_ALLOW_THREADS
    keep_others_away(core, false);
}

}  // namespace

bool explain(const EntryPlan &plan, PyObject *args, PyObject *kwargs) {
    PyObject *none = kwargs ? Py_NewRef(kwargs) : PyDict_New();
    PyObject *values = none ? PyObject_CallFunctionObjArgs(plan.module->prepare, plan.module->table, plan.table, args,
                                                           none, nullptr)
                            : nullptr;
    Py_XDECREF(none);
    if (values) PyErr_SetString(PyExc_SystemError, "tdsl: arguments were refused without reason");
    Py_XDECREF(values);
    return false;
}

bool call_core(CoreObject *core, Frame &frame, const char *name, PyObject *out, PyObject **answer) {
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
        bool others = false;
        try {
            if (bytes)  // stateless modules compute in memory of the thread
                workspace = core ? core->workspace->reserve(static_cast<std::size_t>(bytes))
                                 : thread_buffer<char>(Purpose::workspace, bytes);
            others = run_and_let_others(frame, bytes, workspace);
        } catch (const std::bad_alloc &) {
            frame.failure = Failure::memory;
        }
        good = judge(frame);
        if (good && answer) good = (*answer = returned_objects(frame, out)) != nullptr;
        if (good && others && frame.plan.entry->update && !is_forking())
            update_and_let_others(core, frame, workspace);
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

PyTypeObject *make_entry_type() {
    static PyType_Slot slots[] = {
        {Py_tp_call, reinterpret_cast<void *>(PyVectorcall_Call)},
        {Py_tp_descr_get, reinterpret_cast<void *>(entry_get)},
        {Py_tp_repr, reinterpret_cast<void *>(entry_repr)},
        {Py_tp_getset, entry_attributes},
        {Py_tp_methods, entry_methods},
        {Py_tp_members, entry_members},
        {Py_tp_dealloc, reinterpret_cast<void *>(entry_dealloc)},
        {0, nullptr},
    };
    static PyType_Spec spec = {
        "tdsl.Entry", static_cast<int>(sizeof(EntryObject)), 0,
        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_METHOD_DESCRIPTOR | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_IMMUTABLETYPE |
            Py_TPFLAGS_DISALLOW_INSTANTIATION,
        slots};
    return reinterpret_cast<PyTypeObject *>(PyType_FromSpec(&spec));
}

PyObject *make_entry(PyTypeObject *type, const EntryPlan *plan) {
    PyObject *self = type->tp_alloc(type, 0);
    if (!self) return nullptr;
    auto *entry = reinterpret_cast<EntryObject *>(self);
    entry->call = plan->module->module->variable_count ? call_method : call_function;
    entry->plan = plan;
    return self;
}

}  // namespace tdsl::binding
