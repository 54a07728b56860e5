// Arrays in the memory of a device: their memory, attributes and copies on the host.
#include "bind_cuda_array.hpp"

#include <memory>

namespace tdsl::binding {
namespace {

// Counted by its holders: arrays, and tensors of other libraries that no array knows of.
struct Memory {
    const cuda::Device &device;
    char *data;
    int holders;
};

// In a forked child the memory is abandoned.
void drop(void *holder) {
    auto *const memory = static_cast<Memory *>(holder);
    if (__atomic_sub_fetch(&memory->holders, 1, __ATOMIC_ACQ_REL)) return;
    if (cuda::is_of_this_process()) {
        try {
            const cuda::Current current(memory->device);
            cuda::release_on_device(memory->data);
        } catch (const cuda::Error &) {  // the device is lost
        }
    }
    delete memory;
}

DeviceArray &as_array(PyObject *object) { return *reinterpret_cast<DeviceArray *>(object); }

void array_dealloc(PyObject *self) {
    PyTypeObject *const type = Py_TYPE(self);
    DeviceArray &array = as_array(self);
    if (array.holder) {
        PyObject *type_raised, *raised, *traceback;  // the holder of another library may run Python
        PyErr_Fetch(&type_raised, &raised, &traceback);
        array.release(array.holder);
        PyErr_Restore(type_raised, raised, traceback);
    }
    type->tp_free(self);
    Py_DECREF(type);
}

PyObject *array_shape(PyObject *self, void *) {
    return PyArray_IntTupleFromIntp(as_array(self).rank, as_array(self).shape);
}

PyObject *array_dtype(PyObject *self, void *) {
    constexpr int types[] = {NPY_BOOL, NPY_UINT8, NPY_INT32, NPY_INT64, NPY_FLOAT32, NPY_FLOAT64};
    const DeviceArray &array = as_array(self);
    if (*array.other_dtype) return PyUnicode_FromString(array.other_dtype);
    return reinterpret_cast<PyObject *>(PyArray_DescrFromType(types[array.dtype]));
}

PyObject *array_rank(PyObject *self, void *) { return PyLong_FromLong(as_array(self).rank); }
PyObject *array_bytes(PyObject *self, void *) { return PyLong_FromLongLong(as_array(self).bytes()); }
PyObject *array_size(PyObject *self, void *) { return PyLong_FromLongLong(as_array(self).count()); }
PyObject *array_device(PyObject *self, void *) { return PyUnicode_FromFormat("cuda:%d", as_array(self).device); }
PyObject *array_interface_of(PyObject *self, void *) { return array_interface(&as_array(self)); }
PyObject *array_is_read_only(PyObject *self, void *) { return PyBool_FromLong(as_array(self).is_read_only); }

PyObject *array_repr(PyObject *self) {
    PyObject *shape = array_shape(self, nullptr), *dtype = array_dtype(self, nullptr), *text = nullptr;
    if (shape && dtype)
        text = PyUnicode_FromFormat("DeviceArray(shape=%R, dtype=%S, device='cuda:%d')", shape, dtype,
                                    as_array(self).device);
    Py_XDECREF(shape);
    Py_XDECREF(dtype);
    return text;
}

Py_ssize_t array_length(PyObject *self) {
    if (as_array(self).rank) return as_array(self).shape[0];
    PyErr_SetString(PyExc_TypeError, "an array of rank 0 has no length");
    return -1;
}

PyObject *array_numpy(PyObject *self, PyObject *) {
    return reinterpret_cast<PyObject *>(copy_to_host(as_array(self)));
}

PyObject *array_array(PyObject *self, PyObject *args, PyObject *kwargs) {
    static const char *names[] = {"dtype", "copy", nullptr};
    PyObject *dtype = Py_None, *copy = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OO:__array__", const_cast<char **>(names), &dtype, &copy))
        return nullptr;
    if (copy == Py_False) return PyErr_Format(PyExc_ValueError, "NumPy cannot use an array on a GPU without a copy");
    PyObject *array = array_numpy(self, nullptr);
    if (!array || dtype == Py_None) return array;
    PyObject *converted = PyObject_CallMethod(array, "astype", "O", dtype);
    Py_DECREF(array);
    return converted;
}

PyObject *array_dlpack(PyObject *self, PyObject *args, PyObject *kwargs) {
    return dlpack_capsule(&as_array(self), args, kwargs);
}

PyObject *array_dlpack_device(PyObject *self, PyObject *) { return Py_BuildValue("(ii)", 2, as_array(self).device); }

PyGetSetDef array_attributes[] = {
    {"shape", array_shape, nullptr, "The sizes of its axes.", nullptr},
    {"dtype", array_dtype, nullptr, "The type of its elements, as NumPy has it.", nullptr},
    {"ndim", array_rank, nullptr, "The number of its axes.", nullptr},
    {"size", array_size, nullptr, "The number of its elements.", nullptr},
    {"nbytes", array_bytes, nullptr, "The bytes of its elements.", nullptr},
    {"device", array_device, nullptr, "The GPU that it is on: \"cuda:0\".", nullptr},
    {"read_only", array_is_read_only, nullptr, "Whether it cannot be written to.", nullptr},
    {"__cuda_array_interface__", array_interface_of, nullptr, "For other libraries.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyCFunction with_keywords(PyCFunctionWithKeywords function) {
    return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

}  // namespace

std::int64_t DeviceArray::count() const {
    std::int64_t found = 1;
    for (int axis = 0; axis < rank; ++axis) found *= shape[axis];
    return found;
}

PyTypeObject *device_array_type() {
    static PyTypeObject *type = nullptr;
    if (type) return type;
    static PyMethodDef methods[] = {
        {"numpy", array_numpy, METH_NOARGS, "A copy on the host."},
        {"__array__", with_keywords(array_array), METH_VARARGS | METH_KEYWORDS, "A copy on the host."},
        {"__dlpack__", with_keywords(array_dlpack), METH_VARARGS | METH_KEYWORDS, "For other libraries."},
        {"__dlpack_device__", array_dlpack_device, METH_NOARGS, "For other libraries."},
        {nullptr, nullptr, 0, nullptr},
    };
    static PyType_Slot slots[] = {
        {Py_tp_doc, const_cast<char *>("An array in the memory of a GPU.")},
        {Py_tp_dealloc, reinterpret_cast<void *>(array_dealloc)},
        {Py_tp_repr, reinterpret_cast<void *>(array_repr)},
        {Py_tp_getset, array_attributes},
        {Py_tp_methods, methods},
        {Py_sq_length, reinterpret_cast<void *>(array_length)},
        {0, nullptr},
    };
    static PyType_Spec spec = {
        "tdsl.DeviceArray", static_cast<int>(sizeof(DeviceArray)), 0,
        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    return type = reinterpret_cast<PyTypeObject *>(PyType_FromSpec(&spec));
}

DeviceArray *new_device_array(int device, tdsl_dtype dtype, int rank, const npy_intp *shape) {
    PyTypeObject *const type = device_array_type();
    PyObject *const self = type ? type->tp_alloc(type, 0) : nullptr;
    if (!self) return nullptr;
    DeviceArray &array = as_array(self);
    array.device = device;
    array.dtype = dtype;
    array.rank = rank;
    for (int axis = 0; axis < rank; ++axis) array.shape[axis] = shape[axis];
    return &array;
}

bool is_device_array(PyObject *object) { return Py_TYPE(object) == device_array_type(); }

void allocate_memory(DeviceArray &array, const cuda::Device &device) {
    if (array.bytes() == 0) return;
    auto memory = std::make_unique<Memory>(Memory{device, nullptr, 1});
    array.data = memory->data = cuda::allocate_on_device(array.bytes());
    array.holder = memory.release();
    array.release = drop;
}

bool is_own_memory(const DeviceArray &array) { return !array.holder || array.release == drop; }

void *new_holder(const DeviceArray &array) {
    if (array.holder) __atomic_add_fetch(&static_cast<Memory *>(array.holder)->holders, 1, __ATOMIC_RELAXED);
    return array.holder;
}

PyObject *raised(const cuda::Error &error) {
    return PyErr_Format(error.is_memory() ? PyExc_MemoryError : PyExc_RuntimeError, "%s: %s",
                        plan_of_library->module->name, error.what());
}

PyArrayObject *copy_to_host(const DeviceArray &array) {
    PyArrayObject *copy = new_array(array.dtype, array.rank, array.shape);
    if (!copy) return nullptr;
    void *const data = PyArray_DATA(copy);
    std::unique_ptr<cuda::Error> error;
    Py_BEGIN_ALLOW_THREADS
    try {
        const cuda::Device &device = cuda::device(*plan_of_library->module, array.device);
        const cuda::Current current(device);
        device.queue->download(data, array.data, array.bytes());
        device.queue->synchronise();
    } catch (const cuda::Error &found) {
        error.reset(new cuda::Error(found));
    }
    Py_END_ALLOW_THREADS
    if (!error) return copy;
    Py_DECREF(copy);
    raised(*error);
    return nullptr;
}

PyObject *imported(PyObject *value, int device) {
    if (is_device_array(value)) {
        const int own = as_array(value).device;
        if (own == device) return Py_NewRef(value);
        return PyUnicode_FromFormat("is on cuda:%d, and the call on cuda:%d", own, device);
    }
    PyObject *found = imported_by_dlpack(value, device);
    if (!found && !PyErr_Occurred()) found = imported_by_interface(value, device);
    if (!found && !PyErr_Occurred()) Py_RETURN_NONE;
    return found;
}

}  // namespace tdsl::binding
