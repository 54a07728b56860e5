// Arrays in the memory of a device as Python objects, of this module or of another library.
#ifndef TDSL_SOURCE_BIND_CUDA_ARRAY_HPP
#define TDSL_SOURCE_BIND_CUDA_ARRAY_HPP

#include "bind.hpp"
#include "cuda_device.hpp"

namespace tdsl::binding {

// C-contiguous.  Work on its contents is complete: nobody has to wait for a stream.
struct DeviceArray {
    PyObject_HEAD
    char *data;
    void *holder;             // of the memory; null without one
    void (*release)(void *);  // of the holder
    int device;
    int rank;
    npy_intp shape[most_dimensions];
    tdsl_dtype dtype;
    char other_dtype[16];  // the name of one that tdsl has not; else empty
    bool is_read_only;

    std::int64_t count() const;
    std::int64_t bytes() const { return count() * static_cast<std::int64_t>(item_size(dtype)); }
};

PyTypeObject *device_array_type();  // null with an exception
DeviceArray *new_device_array(int device, tdsl_dtype dtype, int rank, const npy_intp *shape);  // without memory
bool is_device_array(PyObject *object);                                                        // of this module
inline PyObject *object(DeviceArray *array) { return reinterpret_cast<PyObject *>(array); }

// Needs no GIL; the device is the current one.
void allocate_memory(DeviceArray &array, const cuda::Device &device);
// Another holder of the array's own memory, to be released by `array.release` on any thread, without the GIL.
void *new_holder(const DeviceArray &array);
bool is_own_memory(const DeviceArray &array);  // not that of another library

inline bool has_type(const DeviceArray &array, tdsl_dtype dtype, int rank) {
    return !*array.other_dtype && array.dtype == dtype && array.rank == rank;
}

PyArrayObject *copy_to_host(const DeviceArray &array);  // null with an exception
PyObject *raised(const cuda::Error &error);             // null, with the exception

// The array that another library offers, by DLPack or else the CUDA array interface.  A new reference to a DeviceArray;
// to a text that says why it cannot be used by a call on that device; to None if the value is no array on a GPU.
PyObject *imported(PyObject *value, int device);

// bind_cuda_dlpack.cpp
PyObject *imported_by_dlpack(PyObject *value, int device);  // null without an exception: it has no DLPack
PyObject *dlpack_capsule(DeviceArray *array, PyObject *args, PyObject *kwargs);
// Of the layout that another library describes.
bool is_empty(int rank, const npy_intp *shape);  // it has no elements
bool is_shape(int rank, const npy_intp *shape);  // its sizes are those of an array
// False without a C order.
bool is_contiguous(int rank, const npy_intp *shape, const std::int64_t *strides, std::int64_t unit);

// bind_cuda_interface.cpp
PyObject *imported_by_interface(PyObject *value, int device);  // null without an exception: it has no interface
PyObject *array_interface(DeviceArray *array);

}  // namespace tdsl::binding

#endif
