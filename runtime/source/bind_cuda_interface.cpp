// The CUDA array interface, versions 2 and 3: arrays of libraries without DLPack, and arrays on a device for them.
#include "bind_cuda_array.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>

namespace tdsl::binding {
namespace {

constexpr const char *type_strings[] = {"|b1", "|u1", "<i4", "<i8", "<f4", "<f8"};  // in the order of tdsl_dtype
constexpr std::uintptr_t legacy_stream = 1;

PyObject *malformed() { return PyUnicode_FromString("has a CUDA array interface that is not well-formed"); }

bool read_sizes(PyObject *tuple, std::int64_t *sizes, int &count) {
    if (!tuple || !PyTuple_Check(tuple) || PyTuple_GET_SIZE(tuple) > most_dimensions) return false;
    count = static_cast<int>(PyTuple_GET_SIZE(tuple));
    for (int i = 0; i < count; ++i) {
        sizes[i] = PyLong_AsLongLong(PyTuple_GET_ITEM(tuple, i));
        if (PyErr_Occurred()) return false;
    }
    return true;
}

bool set_dtype(DeviceArray &array, PyObject *text) {
    const char *const type = text ? PyUnicode_AsUTF8(text) : nullptr;
    if (!type) return false;
    const auto *const end = type_strings + std::size(type_strings);
    const auto *const found =
        std::find_if(type_strings, end, [&](const char *own) { return std::strcmp(own, type) == 0; });
    if (found != end)
        array.dtype = static_cast<tdsl_dtype>(found - type_strings);
    else
        std::snprintf(array.other_dtype, sizeof array.other_dtype, "%s", type);
    return true;
}

constexpr int nowhere = -1, failed = -2;

// The number of the device of the memory, after the work of the stream on it; `nowhere` if it is on none, `failed` with
// an exception.
int device_of_memory(const char *data, std::uintptr_t stream, int device) {
    int number = device;
    std::unique_ptr<cuda::Error> error;
    Py_BEGIN_ALLOW_THREADS
    try {
        const cuda::Current current(cuda::device(*plan_of_library->module, device));
        cuda::Result found = cuda::success;
        if (data) found = cuda::driver().cuPointerGetAttribute(&number, cuda::pointer_device, cuda::address(data));
        if (found == cuda::invalid_value) number = nowhere;
        else cuda::check(found, "find the GPU of an array");
        if (stream && number == device)
            cuda::check(cuda::driver().cuStreamSynchronize(reinterpret_cast<cuda::Stream>(stream)),
                        "wait for the stream of an array");
    } catch (const cuda::Error &found) {
        error.reset(new cuda::Error(found));
    }
    Py_END_ALLOW_THREADS
    if (error) raised(*error);
    return error ? failed : number;
}

// The items of the dictionary are borrowed.
PyObject *described_array(PyObject *value, PyObject *description, int device) {
    const auto item = [&](const char *name) { return PyDict_GetItemString(description, name); };
    PyObject *const number = item("version"), *const mask = item("mask"), *const strides = item("strides");
    const long version = number ? PyLong_AsLong(number) : 0;
    if (PyErr_Occurred()) return nullptr;
    if (version != 2 && version != 3)
        return PyUnicode_FromFormat("has version %ld of the CUDA array interface, and not 2 or 3", version);
    if (mask && mask != Py_None) return PyUnicode_FromString("has a mask");
    std::int64_t sizes[most_dimensions], steps[most_dimensions];
    int rank = 0, step_count = 0;
    if (!read_sizes(item("shape"), sizes, rank)) return PyErr_Occurred() ? nullptr : malformed();
    const bool has_strides = strides && strides != Py_None;
    if (has_strides && (!read_sizes(strides, steps, step_count) || step_count != rank))
        return PyErr_Occurred() ? nullptr : malformed();
    unsigned long long data = 0;
    int is_read_only = 0;
    PyObject *const place = item("data");
    if (!place || !PyTuple_Check(place)) return malformed();
    if (!PyArg_ParseTuple(place, "Kp:data", &data, &is_read_only)) return nullptr;
    PyObject *const stream = item("stream");
    std::uintptr_t waited = version < 3 ? legacy_stream : 0;
    if (stream && stream != Py_None) waited = PyLong_AsUnsignedLongLong(stream);
    if (PyErr_Occurred()) return nullptr;
    npy_intp shape[most_dimensions];
    std::copy_n(sizes, rank, shape);
    if (!is_shape(rank, shape) || (!data && !is_empty(rank, shape))) return malformed();
    DeviceArray *const array = new_device_array(device, TDSL_F32, rank, shape);
    if (!array) return nullptr;
    PyObject *reason = nullptr;
    if (!set_dtype(*array, item("typestr"))) {
        reason = malformed();
    } else if (has_strides && !*array->other_dtype &&
               !is_contiguous(rank, shape, steps, static_cast<std::int64_t>(item_size(array->dtype)))) {
        reason = PyUnicode_FromString("is not contiguous in C order; copy it, as by cupy.ascontiguousarray(x)");
    } else {
        array->data = reinterpret_cast<char *>(static_cast<std::uintptr_t>(data));
        const int found = device_of_memory(array->data, waited, device);
        if (found == nowhere) {
            reason = PyUnicode_FromString("has a CUDA array interface, but is not in the memory of a GPU");
        } else if (found == failed || found == device) {
            array->holder = Py_NewRef(value);
            array->release = [](void *holder) { Py_DECREF(static_cast<PyObject *>(holder)); };
            array->is_read_only = is_read_only != 0;
            if (found == device) return object(array);
        } else {
            reason = PyUnicode_FromFormat("is on cuda:%d, and the call on cuda:%d", found, device);
        }
    }
    Py_DECREF(object(array));
    return reason;
}

}  // namespace

PyObject *imported_by_interface(PyObject *value, int device) {
    PyObject *description = PyObject_GetAttrString(value, "__cuda_array_interface__");
    if (!description) {
        if (PyErr_ExceptionMatches(PyExc_AttributeError)) PyErr_Clear();
        return nullptr;
    }
    PyObject *found = PyDict_Check(description) ? described_array(value, description, device) : malformed();
    Py_DECREF(description);
    return found;
}

PyObject *array_interface(DeviceArray *array) {
    PyObject *shape = PyArray_IntTupleFromIntp(array->rank, array->shape);
    return Py_BuildValue("{s:N,s:s,s:(KO),s:O,s:O,s:i}", "shape", shape, "typestr", type_strings[array->dtype], "data",
                         static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(array->data)),
                         array->is_read_only ? Py_True : Py_False, "strides", Py_None, "stream", Py_None, "version", 3);
}

}  // namespace tdsl::binding
