// Arrays that a caller passes as `out=` for results to be written into.
#include "bind.hpp"

#include <utility>

namespace tdsl::binding {
namespace {

// Uses `value` as the array of result i if it fits exactly; the frame takes a reference.
bool use_out_array(Frame &frame, const CoreObject *core, int i, PyObject *value) {
    const tdsl_entry &entry = *frame.plan.entry;
    const tdsl_result &result = entry.results[i];
    npy_intp shape[most_dimensions];
    if (!PyArray_CheckExact(value))
        return device_of(core) >= 0 && device_calls->use_out(frame, i, value, device_of(core));
    auto *array = reinterpret_cast<PyArrayObject *>(value);
    if (!PyArray_ISCARRAY(array) || !has_dtype(array, result.dtype) || PyArray_NDIM(array) != result.rank ||
        !result_shape(frame, result, shape, frame.result_counts[i]))
        return false;
    for (int axis = 0; axis < result.rank; ++axis)
        if (PyArray_DIM(array, axis) != shape[axis]) return false;
    const auto bytes = static_cast<std::size_t>(PyArray_NBYTES(array));
    if (overlaps_argument(frame, PyArray_DATA(array), bytes)) return false;
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

bool use_out_arrays(Frame &frame, const CoreObject *core, PyObject *out) {
    const bool several = PyTuple_Check(out) || PyList_Check(out);
    if (frame.plan.returned == 0 || (several ? PySequence_Fast_GET_SIZE(out) : 1) != frame.plan.returned) return false;
    int returned = 0;
    for (int i = 0; i < frame.plan.entry->result_count; ++i) {
        if (frame.plan.entry->results[i].role != TDSL_RETURN) continue;
        if (!use_out_array(frame, core, i, several ? PySequence_Fast_GET_ITEM(out, returned) : out)) return false;
        ++returned;
    }
    return true;
}

// Python finds the arrays in `out` or raises the exception; it needs the shapes of the results only.
PyObject *checked_out_arrays(Frame &frame, CoreObject *core, PyObject *out) {
    const tdsl_entry &entry = *frame.plan.entry;
    PyObject *shapes = PyList_New(0), *arguments = PyTuple_New(entry.argument_count);
    PyObject *on_device = find_on_device(core);
    bool good = shapes && arguments && on_device;
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
                                              frame.plan.table, out, shapes, arguments, on_device, nullptr);
    for (PyObject *object : {shapes, arguments, on_device}) Py_XDECREF(object);
    return arrays;
}

}  // namespace

bool use_out(Frame &frame, CoreObject *core, PyObject *&out) {
    if (device_of(core) >= 0 && PyUnicode_Check(out) && PyUnicode_CompareWithASCIIString(out, "device") == 0) {
        out = nullptr;
        return device_calls->return_arrays(frame, device_of(core));
    }
    if (!*frame.plan.entry->nesting && use_out_arrays(frame, core, out)) return true;
    release_results(frame);
    PyObject *arrays = checked_out_arrays(frame, core, out);
    const bool taken = arrays && PyList_Check(arrays) && use_out_arrays(frame, core, arrays);
    if (!taken && !PyErr_Occurred()) PyErr_SetString(PyExc_SystemError, "tdsl: out= was refused without an exception");
    Py_XDECREF(arrays);
    return taken;
}

}  // namespace tdsl::binding
