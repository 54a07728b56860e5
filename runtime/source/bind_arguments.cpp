// The arguments of a call: their dtypes and layouts, checked against the declarations.
#include "bind.hpp"

#include <algorithm>

namespace tdsl::binding {

bool has_dtype(PyArrayObject *array, tdsl_dtype dtype) {
    const int type = PyArray_TYPE(array);
    switch (dtype) {
        case TDSL_BOOL: return type == NPY_BOOL;
        case TDSL_U8: return type == NPY_UINT8;
        case TDSL_I32: return type == NPY_INT32;
        case TDSL_I64: return type == NPY_INT64 || type == NPY_LONGLONG;
        case TDSL_F32: return type == NPY_FLOAT32;
        case TDSL_F64: return type == NPY_FLOAT64;
    }
    return false;
}

bool read_scalar(Scalar &to, const tdsl_argument &argument, PyObject *value) {
    const tdsl_dtype dtype = argument.dtype;
    if (!value) {
        if (!argument.has_default) return false;
        if (is_real(dtype))
            set_real(to, dtype, argument.default_real);
        else if (dtype == TDSL_BOOL)
            to.boolean = argument.default_integer != 0;
        else
            return set_integer(to, dtype, argument.default_integer);
        return true;
    }
    if (PyFloat_Check(value)) {
        if (!is_real(dtype)) return false;
        set_real(to, dtype, PyFloat_AS_DOUBLE(value));
        return true;
    }
    if (PyBool_Check(value)) {
        if (is_real(dtype))
            set_real(to, dtype, value == Py_True);
        else if (dtype == TDSL_BOOL)
            to.boolean = value == Py_True;
        else
            return set_integer(to, dtype, value == Py_True);
        return true;
    }
    if (!PyLong_Check(value) || dtype == TDSL_BOOL) return false;
    int overflow = 0;
    const long long integer = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow) return false;
    if (!is_real(dtype)) return set_integer(to, dtype, integer);
    set_real(to, dtype, static_cast<double>(integer));
    return true;
}

bool read_arguments(Frame &frame, const CoreObject *core) {
    const tdsl_entry &entry = *frame.plan.entry;
    npy_intp *axes = frame.axes;
    for (int i = 0; i < entry.argument_count; ++i) {
        const tdsl_argument &argument = entry.arguments[i];
        PyObject *const value = frame.values[i];
        if (value && PyArray_CheckExact(value)) {
            auto *array = reinterpret_cast<PyArrayObject *>(value);
            if (PyArray_NDIM(array) != argument.rank || !PyArray_ISCARRAY_RO(array) ||
                !has_dtype(array, argument.dtype))
                return false;
            frame.arguments[i] = PyArray_DATA(array);
            frame.shapes[i] = axes;
            axes = std::copy_n(PyArray_DIMS(array), argument.rank, axes);
            continue;
        }
        if (argument.rank == 0 && read_scalar(frame.scalars[i], argument, value)) {
            frame.arguments[i] = &frame.scalars[i];
            frame.shapes[i] = nullptr;
            continue;
        }
        const int device = device_of(core);
        if (!value || device < 0 || !device_calls->read_argument(frame, i, axes, device)) return false;
        frame.shapes[i] = axes;
        axes += argument.rank;
    }
    return true;
}

}  // namespace tdsl::binding
