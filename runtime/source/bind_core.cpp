// The core of a model, which holds its values: the native base of the Python class `Model`.
//
// A call writes new values into arrays without other references and swaps them in when it has succeeded.  Once it can
// no longer fail it may also overwrite the current array, if that had no other reference when the call began; readers
// then get a copy.  Every view is thus a snapshot.
#include "bind.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace tdsl::binding {

namespace {

CoreObject *first_core = nullptr;
int forks = 0;  // in progress

const tdsl_module &the_module() { return *plan_of_library->module; }

CoreObject *as_core(PyObject *object) { return reinterpret_cast<CoreObject *>(object); }

int checked_index(PyObject *object) {
    const long index = PyLong_AsLong(object);
    if (index >= 0 && index < the_module().variable_count) return static_cast<int>(index);
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_IndexError, "no variable of this index");
    return -1;
}

PyArrayObject *new_value(int index) {
    const tdsl_variable &variable = the_module().variables[index];
    npy_intp shape[most_dimensions];
    for (int axis = 0; axis < variable.rank; ++axis) shape[axis] = variable.shape[axis];
    PyArrayObject *array = new_array(variable.dtype, variable.rank, shape);
    // Read-only for Python: the binding writes through its address.
    if (array) PyArray_CLEARFLAGS(array, NPY_ARRAY_WRITEABLE);
    return array;
}

PyObject *core_new(PyTypeObject *type, PyObject *, PyObject *) {
    PyObject *self = type->tp_alloc(type, 0);
    if (!self) return nullptr;
    CoreObject *core = as_core(self);
    core->next = std::exchange(first_core, core);
    if (core->next) core->next->previous = core;
    const int count = the_module().variable_count;
    core->device = plan_of_library->default_device;
    try {
        core->variables = new Variable[static_cast<std::size_t>(count)];
        core->workspace = new Buffer;
        core->staging = new Buffer;
        core->scratch = new Buffer;
        core->turns = new_turns();
    } catch (const std::bad_alloc &) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    for (int i = 0; i < count; ++i) {
        PyArrayObject *array = new_value(i);
        if (!array) {
            Py_DECREF(self);
            return nullptr;
        }
        std::memset(PyArray_DATA(array), 0, static_cast<std::size_t>(PyArray_NBYTES(array)));
        core->variables[i].current = array;
    }
    return self;
}

void core_dealloc(PyObject *self) {
    CoreObject *core = as_core(self);
    PyTypeObject *type = Py_TYPE(self);
    if (core->device_model) device_calls->release(core);
    (core->previous ? core->previous->next : first_core) = core->next;
    if (core->next) core->next->previous = core->previous;
    for (int i = 0; core->variables && i < the_module().variable_count; ++i) {
        Py_XDECREF(core->variables[i].current);
        for (PyArrayObject *spare : core->variables[i].spares) Py_XDECREF(spare);
    }
    delete[] core->variables;
    delete core->workspace;
    delete core->staging;
    delete core->scratch;
    delete_turns(core->turns);
    type->tp_free(self);
    Py_DECREF(type);
}

// Keeps the GIL, so that the values stay the same.
PyArrayObject *copy_of(const Variable &variable, int index) {
    PyArrayObject *copy = new_value(index);
    if (copy) std::memcpy(PyArray_DATA(copy), PyArray_DATA(variable.current), std::size_t(PyArray_NBYTES(copy)));
    return copy;
}

// Owns the array behind a view and hides it: Python code that held it could make it writable or resize it.
PyObject *hidden_owner(PyObject *array) {
    PyObject *capsule = PyCapsule_New(array, nullptr, [](PyObject *self) {
        Py_DECREF(static_cast<PyObject *>(PyCapsule_GetPointer(self, nullptr)));
    });
    if (!capsule) Py_DECREF(array);
    return capsule;
}

// An array with the value after a complete call; it is not written to while it is held.
PyObject *held_array(const CoreObject *core, int index) {
    const Variable &value = core->variables[index];
    if (value.overwritten) return reinterpret_cast<PyObject *>(copy_of(value, index));
    return Py_NewRef(reinterpret_cast<PyObject *>(value.current));
}

// A read-only view or a number for the caller; takes the reference.
PyObject *snapshot(PyObject *array, int index) {
    if (!array) return nullptr;
    const tdsl_variable &variable = the_module().variables[index];
    auto *shown = reinterpret_cast<PyArrayObject *>(array);
    if (variable.rank == 0) {
        PyObject *number = scalar_object(variable.dtype, PyArray_DATA(shown));
        Py_DECREF(shown);
        return number;
    }
    PyArray_Descr *dtype = PyArray_DESCR(shown);
    Py_INCREF(dtype);
    PyObject *view = PyArray_NewFromDescr(&PyArray_Type, dtype, variable.rank, PyArray_DIMS(shown), nullptr,
                                          PyArray_DATA(shown), NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED, nullptr);
    PyObject *owner = hidden_owner(array);
    if (!view || !owner) {
        Py_XDECREF(owner);
        Py_XDECREF(view);
        return nullptr;
    }
    if (PyArray_SetBaseObject(reinterpret_cast<PyArrayObject *>(view), owner) < 0) Py_CLEAR(view);
    return view;
}

PyObject *own_copy(PyObject *array, int) {
    if (!array) return nullptr;
    auto *value = reinterpret_cast<PyArrayObject *>(array);
    if (Py_REFCNT(array) == 1) {
        PyArray_ENABLEFLAGS(value, NPY_ARRAY_WRITEABLE);
        return array;
    }
    PyObject *copy = PyArray_NewCopy(value, NPY_CORDER);
    Py_DECREF(array);
    return copy;
}

PyObject *one(PyObject *self, PyObject *which, PyObject *(*made)(PyObject *, int)) {
    const int index = checked_index(which);
    if (index < 0) return nullptr;
    if (!wait_for_update(as_core(self)) || !values_are_here(as_core(self), index)) return nullptr;
    return made(held_array(as_core(self), index), index);
}

// All arrays are held before the GIL is released, so the values are those of one call.
PyObject *all(PyObject *self, PyObject *(*made)(PyObject *, int)) {
    const int count = the_module().variable_count;
    if (!wait_for_update(as_core(self)) || !values_are_here(as_core(self), -1)) return nullptr;
    PyObject *list = PyList_New(count);
    for (int i = 0; list && i < count; ++i) {
        PyObject *array = held_array(as_core(self), i);
        if (!array) Py_CLEAR(list);
        if (list) PyList_SET_ITEM(list, i, array);
    }
    for (int i = 0; list && i < count; ++i) {
        PyObject *object = made(std::exchange(reinterpret_cast<PyListObject *>(list)->ob_item[i], nullptr), i);
        if (!object) Py_CLEAR(list);
        if (list) PyList_SET_ITEM(list, i, object);
    }
    return list;
}

PyObject *core_get(PyObject *self, PyObject *which) { return one(self, which, snapshot); }
PyObject *core_copy(PyObject *self, PyObject *which) { return one(self, which, own_copy); }
PyObject *core_values(PyObject *self, PyObject *) { return all(self, snapshot); }
PyObject *core_copies(PyObject *self, PyObject *) { return all(self, own_copy); }

// The Python side has converted the values; a mistake there must not become an invalid read.
bool fits(int index, PyObject *value) {
    if (!PyArray_CheckExact(value)) return false;
    auto *array = reinterpret_cast<PyArrayObject *>(value);
    const tdsl_variable &variable = the_module().variables[index];
    return PyArray_ISCARRAY_RO(array) && has_dtype(array, variable.dtype) && PyArray_NDIM(array) == variable.rank &&
           std::equal(variable.shape, variable.shape + variable.rank, PyArray_DIMS(array)) &&
           PyArray_BASE(array) == nullptr;
}

PyObject *core_assign(PyObject *self, PyObject *values) {
    if (!PyDict_Check(values)) {
        PyErr_SetString(PyExc_TypeError, "expected a dict of arrays by index");
        return nullptr;
    }
    CoreObject *core = as_core(self);
    PyObject *key, *value;
    Py_ssize_t position = 0;
    while (PyDict_Next(values, &position, &key, &value)) {
        const int index = checked_index(key);
        if (index < 0) return nullptr;
        if (core->device >= 0 && device_calls->fits(core, index, value)) continue;
        if (!fits(index, value)) {
            PyErr_SetString(PyExc_TypeError, "the array does not fit the variable");
            return nullptr;
        }
        if (Py_REFCNT(value) == 1) continue;
        PyObject *own = PyArray_NewCopy(reinterpret_cast<PyArrayObject *>(value), NPY_CORDER);
        const bool kept = own && PyDict_SetItem(values, key, own) == 0;
        Py_XDECREF(own);
        if (!kept) return nullptr;
    }
    if (!begin_turn(core, "Model")) return nullptr;
    if (core->device >= 0 && !device_calls->assign(core, values)) {
        end_turn(core);
        return nullptr;
    }
    position = 0;
    while (PyDict_Next(values, &position, &key, &value)) {
        if (!PyArray_CheckExact(value)) continue;  // on the device
        PyArrayObject *&current = core->variables[PyLong_AsLong(key)].current;
        PyArrayObject *before = current;
        current = reinterpret_cast<PyArrayObject *>(Py_NewRef(value));
        PyArray_CLEARFLAGS(current, NPY_ARRAY_WRITEABLE);
        if (core->device_model) device_calls->assigned(core, static_cast<int>(PyLong_AsLong(key)));
        Py_DECREF(before);
    }
    end_turn(core);
    Py_RETURN_NONE;
}

PyObject *core_initialise(PyObject *self, PyObject *seed) {
    const EntryPlan &plan = plan_of_library->initialise;
    if (!plan.entry) Py_RETURN_NONE;
    const CallTimer timer(plan);
    std::unique_ptr<std::uint64_t[]> memory(new (std::nothrow) std::uint64_t[plan.frame_bytes / 8]);
    if (!memory) return PyErr_NoMemory();
    Frame frame(plan, memory.get(), as_core(self));
    frame.values[0] = seed;
    if (!read_arguments(frame, as_core(self)) || !bind_sizes(frame, true)) {
        PyObject *args = PyTuple_Pack(1, seed);
        if (args) raise_mismatch(plan, as_core(self), args, nullptr);
        Py_XDECREF(args);
        return nullptr;
    }
    const bool done = allocate_results(frame) && run_call(as_core(self), frame, plan.entry->name, nullptr, nullptr);
    release_results(frame);
    if (!done) return nullptr;
    Py_RETURN_NONE;
}

PyObject *core_device(PyObject *self, PyObject *) { return PyLong_FromLong(as_core(self)->device); }

// Its values are copied to a device by the first call there.
PyObject *core_use_device(PyObject *self, PyObject *number) {
    CoreObject *core = as_core(self);
    const long device = PyLong_AsLong(number);
    if (device < -1 || device > INT32_MAX) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "no device of this number");
        return nullptr;
    }
    const tdsl_module &module = the_module();
    const tdsl_code &code = device < 0 ? module.entries->host : module.entries->device;
    if ((module.entry_count && !code.run) || (device >= 0 && !device_calls))
        return PyErr_Format(PyExc_ValueError, "%s was not compiled for %s: compile %s with --target cpp,cuda",
                            module.name, device < 0 ? "the CPU" : "GPUs", module.source);
    if (!begin_turn(core, "Model")) return nullptr;
    const bool is_here = !core->device_model || device == core->device || device_calls->fetch(core, -1);
    if (is_here && device != core->device) {
        if (core->device_model) device_calls->release(core);
        core->device = static_cast<int>(device);
    }
    end_turn(core);
    if (!is_here) return nullptr;
    Py_RETURN_NONE;
}

PyObject *core_forget_steps(PyObject *self, PyObject *) {
    CoreObject *core = as_core(self);
    if (core->device_model && !has_turn(core)) {
        if (!begin_turn(core, "Model")) return nullptr;
        device_calls->forget_steps(core);
        end_turn(core);
    }
    Py_RETURN_NONE;
}

PyMethodDef core_methods[] = {
    {"_get", core_get, METH_O, "A read-only snapshot of a variable, or a Python number."},
    {"_copy", core_copy, METH_O, "A copy of a variable."},
    {"_values", core_values, METH_NOARGS, "Snapshots of all variables, of one call."},
    {"_copies", core_copies, METH_NOARGS, "Copies of all variables, of one call."},
    {"_assign", core_assign, METH_O, "Replaces variables by arrays nobody else holds or on the device, or by copies."},
    {"_initialise", core_initialise, METH_O, "Computes the initial values of a seed."},
    {"_on_device", array_on_device, METH_O, "The array on the device of the model that a value is; None; or a text."},
    {"_device", core_device, METH_NOARGS, "The number of the GPU that the model is on, or -1: the CPU."},
    {"_use_device", core_use_device, METH_O, "Moves the model to the GPU of that number, or -1: the CPU."},
    {"_forget_steps", core_forget_steps, METH_NOARGS, "Releases the memory of a training."},
    {"_steps", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(core_steps)), METH_FASTCALL,
     "Runs minibatches for a while."},
    {"_row_order", core_row_order, METH_VARARGS, "The order of rows in an epoch of a declared training."},
    {nullptr, nullptr, 0, nullptr},
};

// Waits until no values are being overwritten.
PyObject *before_fork(PyObject *, PyObject *) {
    ++forks;
    for (CoreObject *core = first_core; core;) {
        if (!is_updating(core)) {
            core = core->next;
            continue;
        }
        Py_INCREF(core);
        const bool waited = wait_for_update(core);
        Py_DECREF(core);
        if (!waited) return nullptr;
        core = first_core;
    }
    Py_RETURN_NONE;
}

PyObject *after_fork_in_parent(PyObject *, PyObject *) {
    --forks;
    Py_RETURN_NONE;
}

// The thread that had the turn does not exist in the child.  Everything that it may have been changing (the mutex,
// growing buffers) is abandoned and created again; the values are those before its call.
PyObject *after_fork_in_child(PyObject *, PyObject *) {
    forks = 0;
    for (CoreObject *core = first_core; core; core = core->next) {
        try {
            if (!reset_turns_in_child(core)) continue;
            core->workspace = new Buffer;
            core->staging = new Buffer;
            core->scratch = new Buffer;
        } catch (const std::bad_alloc &) {
            return PyErr_NoMemory();
        }
        for (int i = 0; i < the_module().variable_count; ++i) core->variables[i].overwritten = false;
    }
    Py_RETURN_NONE;
}

PyMethodDef fork_methods[] = {
    {"before", before_fork, METH_NOARGS, nullptr},
    {"after_in_parent", after_fork_in_parent, METH_NOARGS, nullptr},
    {"after_in_child", after_fork_in_child, METH_NOARGS, nullptr},
};

}  // namespace

bool is_forking() { return forks > 0; }

bool values_are_here(CoreObject *core, int variable) {
    if (!core->device_model || device_calls->is_here(core, variable)) return true;
    // A print during a call reads values as they were before.
    if (has_turn(core)) return device_calls->fetch(core, variable);
    if (!begin_turn(core, "Model")) return false;
    const bool fetched = device_calls->fetch(core, variable);
    end_turn(core);
    return fetched;
}

bool watch_forks() {
    PyObject *os = PyImport_ImportModule("os"), *hooks = PyDict_New(), *none = PyTuple_New(0);
    bool good = os && hooks && none;
    for (PyMethodDef &method : fork_methods) {
        PyObject *hook = good ? PyCFunction_New(&method, nullptr) : nullptr;
        good = hook && PyDict_SetItemString(hooks, method.ml_name, hook) == 0;
        Py_XDECREF(hook);
    }
    PyObject *watch = good ? PyObject_GetAttrString(os, "register_at_fork") : nullptr;
    PyObject *done = watch ? PyObject_Call(watch, none, hooks) : nullptr;
    for (PyObject *object : {os, hooks, none, watch, done}) Py_XDECREF(object);
    return done != nullptr;
}

PyArrayObject *new_array(tdsl_dtype dtype, int rank, const npy_intp *shape) {
    constexpr int types[] = {NPY_BOOL, NPY_UINT8, NPY_INT32, NPY_INT64, NPY_FLOAT32, NPY_FLOAT64};
    PyArray_Descr *descr = PyArray_DescrFromType(types[dtype]);
    return reinterpret_cast<PyArrayObject *>(
        PyArray_NewFromDescr(&PyArray_Type, descr, rank, shape, nullptr, nullptr, 0, nullptr));
}

PyArrayObject *take_spare(CoreObject *core, int index) {
    for (PyArrayObject *&spare : core->variables[index].spares) {
        if (!spare) continue;
        PyArrayObject *found = std::exchange(spare, nullptr);
        if (Py_REFCNT(found) == 1) return found;
        Py_DECREF(found);  // a snapshot keeps it
    }
    return new_value(index);
}

void keep_spare(CoreObject *core, int index, PyArrayObject *array) {
    for (PyArrayObject *&spare : core->variables[index].spares) {
        if (spare && Py_REFCNT(spare) > 1) Py_CLEAR(spare);
        if (spare) continue;
        spare = array;
        return;
    }
    Py_DECREF(array);
}

bool take_updates(CoreObject *core, Frame &frame, bool overwrite) {
    const tdsl_entry &entry = *frame.plan.entry;
    for (int i = 0; i < entry.update_count; ++i) {
        Variable &variable = core->variables[entry.updates[i]];
        if (overwrite && may_overwrite(entry, i) && Py_REFCNT(variable.current) == 1) {
            variable.overwritten = true;
            frame.updates[i] = PyArray_DATA(variable.current);
            continue;
        }
        PyArrayObject *array = take_spare(core, entry.updates[i]);
        if (!array) {
            return_updates(core, frame);
            return false;
        }
        frame.update_arrays[i] = array;
        frame.updates[i] = PyArray_DATA(array);
    }
    return true;
}

void commit_updates(CoreObject *core, Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    for (int i = 0; i < entry.update_count; ++i)
        if (frame.update_arrays[i]) std::swap(core->variables[entry.updates[i]].current, frame.update_arrays[i]);
    return_updates(core, frame);  // after the swap these are the old values
}

void return_updates(CoreObject *core, Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    for (int i = 0; i < entry.update_count; ++i) {
        core->variables[entry.updates[i]].overwritten = false;
        if (PyArrayObject *array = std::exchange(frame.update_arrays[i], nullptr))
            keep_spare(core, entry.updates[i], array);
    }
}

void read_variables(const CoreObject *core, Frame &frame) {
    for (int i = 0; i < the_module().variable_count; ++i)
        frame.variables[i] = PyArray_DATA(core->variables[i].current);
}

PyTypeObject *make_core_type() {
    static PyType_Slot slots[] = {
        {Py_tp_new, reinterpret_cast<void *>(core_new)},
        {Py_tp_dealloc, reinterpret_cast<void *>(core_dealloc)},
        {Py_tp_methods, core_methods},
        {0, nullptr},
    };
    static PyType_Spec spec = {"tdsl.Core", static_cast<int>(sizeof(CoreObject)), 0,
                               Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    return reinterpret_cast<PyTypeObject *>(PyType_FromSpec(&spec));
}

}  // namespace tdsl::binding
