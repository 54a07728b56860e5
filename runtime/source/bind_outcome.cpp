// The outcome of a call: its printed output, and the exception of a call that failed.
#include "bind.hpp"

#include <algorithm>
#include <cstring>

namespace tdsl::binding {
namespace {

PyObject *copied(tdsl_dtype dtype, int rank, const npy_intp *shape, const void *data) {
    PyArrayObject *array = new_array(dtype, rank, shape);
    if (array) std::memcpy(PyArray_DATA(array), data, static_cast<std::size_t>(PyArray_NBYTES(array)));
    return reinterpret_cast<PyObject *>(array);
}

PyObject *result_object(const Frame &frame, int index) {
    const tdsl_result &result = frame.plan.entry->results[index];
    if (PyArrayObject *array = frame.result_arrays[index]) return Py_NewRef(reinterpret_cast<PyObject *>(array));
    if (result.rank == 0) return scalar_object(result.dtype, frame.results[index]);
    npy_intp shape[most_dimensions];
    std::int64_t count;
    if (!result_shape(frame, result, shape, count)) return PyErr_NoMemory();
    return copied(result.dtype, result.rank, shape, frame.results[index]);
}

PyObject *list_of_dims(const Frame &frame) {
    const int count = frame.plan.module->module->dim_count;
    PyObject *dims = PyList_New(count);
    for (int i = 0; dims && i < count; ++i) {
        PyObject *size = PyLong_FromLongLong(frame.dims[i]);
        if (!size) Py_CLEAR(dims);
        if (dims) PyList_SET_ITEM(dims, i, size);
    }
    return dims;
}

// Takes the reference; false if it is null.
bool append(PyObject *list, PyObject *item) {
    const bool good = item && PyList_Append(list, item) == 0;
    Py_XDECREF(item);
    return good;
}

}  // namespace

PyObject *copy_of_call(const Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    const tdsl_module &module = *frame.plan.module->module;
    PyObject *arguments = PyList_New(0), *variables = PyList_New(0), *dims = list_of_dims(frame);
    bool good = arguments && variables && dims;
    npy_intp shape[most_dimensions];
    for (int i = 0; good && i < entry.argument_count; ++i) {
        const tdsl_argument &argument = entry.arguments[i];
        std::copy_n(frame.shapes[i], argument.rank, shape);
        good = append(arguments, copied(argument.dtype, argument.rank, shape, frame.arguments[i]));
    }
    for (int i = 0; good && i < module.variable_count; ++i) {
        const tdsl_variable &variable = module.variables[i];
        std::copy_n(variable.shape, variable.rank, shape);
        good = append(variables, copied(variable.dtype, variable.rank, shape, frame.variables[i]));
    }
    PyObject *call = good ? PyTuple_Pack(3, arguments, dims, variables) : nullptr;
    Py_XDECREF(arguments);
    Py_XDECREF(variables);
    Py_XDECREF(dims);
    if (call) return call;
    PyErr_Clear();
    Py_RETURN_NONE;
}

namespace {

bool raise_not_finite(const Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    const int index = frame.nonfinite_index;
    const char *role;
    tdsl_dtype dtype;
    int rank;
    npy_intp shape[most_dimensions];
    const void *data;
    if (frame.nonfinite_role == Role::argument) {
        role = "argument";
        dtype = entry.arguments[index].dtype;
        rank = entry.arguments[index].rank;
        std::copy_n(frame.shapes[index], rank, shape);
        data = frame.arguments[index];
    } else if (frame.nonfinite_role == Role::result) {
        role = "result";
        dtype = entry.results[index].dtype;
        rank = entry.results[index].rank;
        std::int64_t count;
        if (!result_shape(frame, entry.results[index], shape, count)) return false;
        data = frame.results[index];
    } else {
        role = "update";
        const tdsl_variable &variable = frame.plan.module->module->variables[entry.updates[index]];
        dtype = variable.dtype;
        rank = variable.rank;
        std::copy_n(variable.shape, rank, shape);
        data = frame.updates[index];
    }
    PyObject *array = copied(dtype, rank, shape, data);
    if (!array) return false;
    PyObject *call = frame.nonfinite_role == Role::argument ? Py_NewRef(Py_None) : copy_of_call(frame);
    // Python only makes the message: a traceback through its frames would keep all these arrays alive.
    PyObject *text = PyObject_CallFunction(frame.plan.module->refusal, "OOsiNN", frame.plan.module->table,
                                           frame.plan.table, role, index, array, call);
    if (text) PyErr_SetObject(PyExc_FloatingPointError, text);
    Py_XDECREF(text);
    return false;
}

}  // namespace

bool raise_too_large(const Frame &frame) {
    PyObject *dims = list_of_dims(frame);
    if (!dims) return false;
    PyObject *none = PyObject_CallFunction(frame.plan.module->refuse_call, "OON", frame.plan.module->table,
                                           frame.plan.table, dims);
    Py_XDECREF(none);
    if (!PyErr_Occurred()) PyErr_NoMemory();
    return false;
}

static bool print_results_of(Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    PyObject *values = PyList_New(0);
    for (int i = 0; values && i < entry.result_count; ++i) {
        if (entry.results[i].role != TDSL_PRINT) continue;
        PyObject *value = result_object(frame, i);
        if (!value || PyList_Append(values, value) < 0) Py_CLEAR(values);
        Py_XDECREF(value);
    }
    if (!values) return false;
    PyObject *none = PyObject_CallFunction(frame.plan.module->print_results, "ON", frame.plan.table, values);
    Py_XDECREF(none);
    return none != nullptr;
}

bool raise_if_failed(Frame &frame) {
    const ModulePlan &module = *frame.plan.module;
    const bool ran = frame.failure == Failure::none && frame.nonfinite_role != Role::argument;
    if (ran && frame.plan.prints && !print_results_of(frame)) return false;
    if (ran && !frame.fault.site && frame.notes && !raise_if_check_failed(frame)) return false;
    if (has_succeeded(frame)) return true;
    const tdsl_entry &entry = *frame.plan.entry;
    if (frame.failure == Failure::memory) {
        PyErr_NoMemory();
    } else if (frame.failure == Failure::too_large) {
        raise_too_large(frame);
    } else if (frame.failure == Failure::device_memory) {
        PyErr_Format(PyExc_MemoryError, "%s.%s: %s", module.module->name, entry.name, frame.failure_text);
    } else if (frame.failure == Failure::other && !frame.fault.site && restore_exception(frame.exchange)) {
        return false;
    } else if (frame.failure == Failure::other && !frame.fault.site) {
        PyErr_Format(PyExc_RuntimeError, "%s.%s: %s", module.module->name, entry.name, frame.failure_text);
    } else if (frame.fault.site) {
        PyObject *steps = PyTuple_New(TDSL_MOST_STEPS);
        for (int level = 0; steps && level < TDSL_MOST_STEPS; ++level)
            PyTuple_SET_ITEM(steps, level, PyLong_FromLongLong(frame.fault.steps[level]));
        PyObject *none = steps ? PyObject_CallFunction(module.raise_fault, "OOiLLN", module.table, frame.plan.table,
                                                       frame.fault.site - 1, static_cast<long long>(frame.fault.value),
                                                       static_cast<long long>(frame.fault.bound), steps)
                               : nullptr;
        Py_XDECREF(none);
    } else {
        for (int i = 0; ran && i < entry.result_count; ++i) {
            if (entry.results[i].role != TDSL_ASSERT || *static_cast<const bool *>(frame.results[i])) continue;
            PyObject *none = PyObject_CallFunction(module.raise_assertion, "OOi", module.table, frame.plan.table, i);
            Py_XDECREF(none);
            return false;
        }
        raise_not_finite(frame);
    }
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_SystemError, "tdsl: a failed call was not explained");
    return false;
}

PyObject *scalar_object(tdsl_dtype dtype, const void *value) {
    switch (dtype) {
        case TDSL_BOOL: return PyBool_FromLong(*static_cast<const std::uint8_t *>(value));
        case TDSL_U8: return PyLong_FromLong(*static_cast<const std::uint8_t *>(value));
        case TDSL_I32: return PyLong_FromLong(*static_cast<const std::int32_t *>(value));
        case TDSL_I64: return PyLong_FromLongLong(*static_cast<const std::int64_t *>(value));
        case TDSL_F32: return PyFloat_FromDouble(*static_cast<const float *>(value));
        case TDSL_F64: return PyFloat_FromDouble(*static_cast<const double *>(value));
    }
    return nullptr;
}

}  // namespace tdsl::binding
