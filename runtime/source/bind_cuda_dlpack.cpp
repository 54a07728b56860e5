// DLPack: arrays of other libraries for calls on a device, and arrays on a device for other libraries.
#include "bind_cuda_array.hpp"
#include "dlpack.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <new>

namespace tdsl::binding {
namespace {

using cuda::Current;
using cuda::Error;

// In the order of tdsl_dtype.
constexpr dlpack::Type dlpack_types[] = {{dlpack::is_bool, 8, 1}, {dlpack::is_uint, 8, 1},   {dlpack::is_int, 32, 1},
                                  {dlpack::is_int, 64, 1}, {dlpack::is_float, 32, 1}, {dlpack::is_float, 64, 1}};

// An attribute that a value may lack; null without an exception then.
PyObject *optional_attribute(PyObject *value, const char *name) {
    PyObject *found = PyObject_GetAttrString(value, name);
    if (!found && PyErr_ExceptionMatches(PyExc_AttributeError)) PyErr_Clear();
    return found;
}

void set_dtype(DeviceArray &array, const dlpack::Type &type) {
    constexpr const char *names[] = {"int", "uint", "float", "handle", "bfloat", "complex", "bool"};
    for (int i = 0; i < static_cast<int>(std::size(dlpack_types)); ++i) {
        if (dlpack_types[i].code != type.code || dlpack_types[i].bits != type.bits || type.lanes != 1) continue;
        array.dtype = static_cast<tdsl_dtype>(i);
        return;
    }
    std::snprintf(array.other_dtype, sizeof array.other_dtype, "%s%d%s",
                  type.code < std::size(names) ? names[type.code] : "type", type.bits, type.lanes == 1 ? "" : "xN");
}

PyObject *text_of_devices(long number, int device) {
    return PyUnicode_FromFormat("is on cuda:%ld, and the call on cuda:%d", number, device);
}

template <typename Owner>
void release_tensor(void *holder) {
    auto *const owner = static_cast<Owner *>(holder);
    if (owner->release) owner->release(owner);
}

// Takes the tensor from the capsule.
template <typename Owner>
PyObject *array_of(PyObject *capsule, int device, bool is_read_only) {
    auto *const owner = static_cast<Owner *>(PyCapsule_GetPointer(capsule, Owner::name));
    if (!owner) return nullptr;
    const dlpack::Tensor &tensor = owner->tensor;
    if (tensor.device.number != device) return text_of_devices(tensor.device.number, device);
    if (tensor.rank < 0 || tensor.rank > most_dimensions) return PyUnicode_FromFormat("has %d axes", tensor.rank);
    npy_intp shape[most_dimensions];
    std::copy_n(tensor.shape, tensor.rank, shape);
    if (!is_shape(tensor.rank, shape) || (!tensor.data && !is_empty(tensor.rank, shape)))
        return PyUnicode_FromString("has a DLPack tensor that is not well-formed");
    if (!is_contiguous(tensor.rank, shape, tensor.strides, 1))
        return PyUnicode_FromString("is not contiguous in C order; copy it, as by x.contiguous() or "
                                    "cupy.ascontiguousarray(x)");
    DeviceArray *const array = new_device_array(device, TDSL_F32, tensor.rank, shape);
    if (!array || PyCapsule_SetName(capsule, Owner::used_name) < 0) {
        Py_XDECREF(object(array));
        return nullptr;
    }
    set_dtype(*array, tensor.type);
    array->data = static_cast<char *>(tensor.data) + tensor.offset;
    array->holder = owner;
    array->release = release_tensor<Owner>;
    array->is_read_only = is_read_only;
    return object(array);
}

PyObject *array_of_capsule(PyObject *capsule, int device) {
    if (!PyCapsule_IsValid(capsule, dlpack::Versioned::name)) return array_of<dlpack::Managed>(capsule, device, false);
    const auto *const owner =
        static_cast<dlpack::Versioned *>(PyCapsule_GetPointer(capsule, dlpack::Versioned::name));
    if (owner->version.major > 1) return PyUnicode_FromString("has a version of DLPack after 1");
    return array_of<dlpack::Versioned>(capsule, device, (owner->flags & dlpack::read_only) != 0);
}

// Asks for the tensor, ordered before the work of the stream; older libraries know no version.
PyObject *capsule_of(PyObject *value, cuda::Stream stream) {
    PyObject *method = PyObject_GetAttrString(value, "__dlpack__"), *none = PyTuple_New(0);
    PyObject *keywords =
        Py_BuildValue("{s:N,s:(ii)}", "stream", PyLong_FromVoidPtr(stream), "max_version", 1, 0);
    PyObject *capsule = method && none && keywords ? PyObject_Call(method, none, keywords) : nullptr;
    if (!capsule && method && none && keywords && PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Clear();
        if (PyDict_DelItemString(keywords, "max_version") == 0) capsule = PyObject_Call(method, none, keywords);
    }
    Py_XDECREF(method);
    Py_XDECREF(none);
    Py_XDECREF(keywords);
    return capsule;
}

// Waits for the work on the array that was enqueued before.
bool wait_for(const cuda::Device &device) {
    std::unique_ptr<Error> error;
    Py_BEGIN_ALLOW_THREADS
    try {
        const Current current(device);
        device.queue->synchronise();
    } catch (const Error &found) {
        error.reset(new Error(found));
    }
    Py_END_ALLOW_THREADS
    return !error || raised(*error);
}

// A tensor for another library, with the memory of its shape and strides.
template <typename Owner>
struct Exported {
    Owner owner{};
    void *holder;
    void (*drop)(void *);
    std::int64_t shape[most_dimensions], strides[most_dimensions];

    static void release(Owner *owner) {
        auto *const own = static_cast<Exported *>(owner->context);
        if (own->holder) own->drop(own->holder);
        delete own;
    }
};

template <typename Owner>
Owner *exported(const DeviceArray &array) {
    auto *const made = new (std::nothrow) Exported<Owner>;
    if (!made) return nullptr;
    made->holder = new_holder(array);
    made->drop = array.release;
    made->owner.context = made;
    made->owner.release = Exported<Owner>::release;
    std::int64_t stride = 1;
    for (int axis = array.rank; axis-- > 0;) {
        made->shape[axis] = array.shape[axis];
        made->strides[axis] = stride;
        stride *= array.shape[axis];
    }
    made->owner.tensor = {array.data, {dlpack::cuda, array.device}, array.rank, dlpack_types[array.dtype],
                          made->shape, made->strides, 0};
    return &made->owner;
}

template <typename Owner>
PyObject *capsule(Owner *owner) {
    if (!owner) return PyErr_NoMemory();
    PyObject *made = PyCapsule_New(owner, Owner::name, [](PyObject *self) {
        if (!PyCapsule_IsValid(self, Owner::name)) return;  // somebody has taken the tensor
        auto *const kept = static_cast<Owner *>(PyCapsule_GetPointer(self, Owner::name));
        kept->release(kept);
    });
    if (!made) owner->release(owner);
    return made;
}

DeviceArray *copy_on_device(const DeviceArray &array) {
    DeviceArray *copy = new_device_array(array.device, array.dtype, array.rank, array.shape);
    if (!copy) return nullptr;
    std::unique_ptr<Error> error;
    Py_BEGIN_ALLOW_THREADS
    try {
        const cuda::Device &device = cuda::device(*plan_of_library->module, array.device);
        const Current current(device);
        allocate_memory(*copy, device);
        device.queue->copy(copy->data, array.data, array.bytes());
        device.queue->synchronise();
    } catch (const Error &found) {
        error.reset(new Error(found));
    }
    Py_END_ALLOW_THREADS
    if (!error) return copy;
    Py_DECREF(object(copy));
    raised(*error);
    return nullptr;
}

PyObject *capsule_on_host(DeviceArray *array, PyObject *version) {
    PyObject *copy = reinterpret_cast<PyObject *>(copy_to_host(*array));
    PyObject *method = copy ? PyObject_GetAttrString(copy, "__dlpack__") : nullptr, *none = PyTuple_New(0);
    PyObject *keywords = version == Py_None ? PyDict_New() : Py_BuildValue("{s:O}", "max_version", version);
    PyObject *found = method && none && keywords ? PyObject_Call(method, none, keywords) : nullptr;
    for (PyObject *each : {copy, method, none, keywords}) Py_XDECREF(each);
    return found;
}

}  // namespace

bool is_empty(int rank, const npy_intp *shape) { return std::find(shape, shape + rank, 0) != shape + rank; }

bool is_shape(int rank, const npy_intp *shape) {
    if (std::any_of(shape, shape + rank, [](npy_intp size) { return size < 0; })) return false;
    std::int64_t bytes = 8;  // of the widest elements
    return is_empty(rank, shape) || std::none_of(shape, shape + rank, [&](npy_intp size) {
               return __builtin_mul_overflow(bytes, size, &bytes);
           });
}

bool is_contiguous(int rank, const npy_intp *shape, const std::int64_t *strides, std::int64_t unit) {
    if (!strides || is_empty(rank, shape)) return true;
    for (int axis = rank; axis-- > 0;) {
        if (shape[axis] != 1 && strides[axis] != unit) return false;
        unit *= shape[axis];
    }
    return true;
}

PyObject *imported_by_dlpack(PyObject *value, int device) {
    PyObject *method = optional_attribute(value, "__dlpack_device__");
    PyObject *place = method ? PyObject_CallNoArgs(method) : nullptr;
    Py_XDECREF(method);
    if (!place) return nullptr;
    PyObject *parts = PySequence_Tuple(place);
    Py_DECREF(place);
    const bool is_pair = parts && PyTuple_GET_SIZE(parts) == 2;
    const long kind = is_pair ? PyLong_AsLong(PyTuple_GET_ITEM(parts, 0)) : 0;
    const long number = is_pair && !PyErr_Occurred() ? PyLong_AsLong(PyTuple_GET_ITEM(parts, 1)) : 0;
    Py_XDECREF(parts);
    if (PyErr_Occurred()) return nullptr;
    if (kind != dlpack::cuda && kind != dlpack::cuda_managed) Py_RETURN_NONE;
    if (number != device) return text_of_devices(number, device);
    const cuda::Device *found;
    try {
        found = &cuda::device(*plan_of_library->module, device);
    } catch (const Error &error) {
        return raised(error);
    }
    PyObject *capsule = capsule_of(value, found->queue->stream());
    if (!capsule) return nullptr;
    PyObject *array = array_of_capsule(capsule, device);
    Py_DECREF(capsule);
    if (array && is_device_array(array) && !wait_for(*found)) Py_CLEAR(array);
    return array;
}

// The contents of an array are complete, so there is no stream to wait for.
PyObject *dlpack_capsule(DeviceArray *array, PyObject *args, PyObject *kwargs) {
    static const char *names[] = {"stream", "max_version", "dl_device", "copy", nullptr};
    PyObject *stream = Py_None, *version = Py_None, *place = Py_None, *copy = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$OOOO:__dlpack__", const_cast<char **>(names), &stream, &version,
                                     &place, &copy))
        return nullptr;
    int major = 0, minor = 0, kind = dlpack::cuda, number = array->device;
    if (version != Py_None && !PyArg_ParseTuple(version, "ii:max_version", &major, &minor)) return nullptr;
    if (place != Py_None && !PyArg_ParseTuple(place, "ii:dl_device", &kind, &number)) return nullptr;
    if (kind == dlpack::cpu && copy != Py_False) return capsule_on_host(array, version);
    if (kind != dlpack::cuda || number != array->device || (copy == Py_False && !is_own_memory(*array)))
        return PyErr_Format(PyExc_BufferError, "an array on cuda:%d cannot be shared with another device",
                            array->device);
    const bool copies = copy == Py_True || !is_own_memory(*array);
    DeviceArray *const own = copies ? copy_on_device(*array) : array;
    if (!own) return nullptr;
    PyObject *made;
    if (major < 1) {
        made = capsule(exported<dlpack::Managed>(*own));
    } else {
        auto *const owner = exported<dlpack::Versioned>(*own);
        if (owner) owner->version = {1, 0};
        if (owner) owner->flags = own == array ? 0 : dlpack::copied;
        made = capsule(owner);
    }
    if (own != array) Py_DECREF(object(own));
    return made;
}

}  // namespace tdsl::binding
