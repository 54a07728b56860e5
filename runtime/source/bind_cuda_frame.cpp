// Arguments and results of a call that are arrays on its device.
#include "bind_cuda_frame.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace tdsl::binding {
namespace {

// Throws std::bad_alloc.
OnDevice &on_device(Frame &frame) {
    if (frame.on_device) return *frame.on_device;
    const tdsl_entry &entry = *frame.plan.entry;
    auto made = std::make_unique<OnDevice>();
    made->places.arguments.resize(static_cast<std::size_t>(entry.argument_count));
    made->places.results.resize(static_cast<std::size_t>(entry.result_count));
    made->outs.resize(static_cast<std::size_t>(entry.result_count));
    made->held.reserve(made->places.arguments.size() + made->outs.size());
    return *(frame.on_device = made.release());
}

// The array, which the frame holds from now on; null without an exception.
DeviceArray *held_array(Frame &frame, PyObject *value, int device) {
    try {
        OnDevice &there = on_device(frame);
        PyObject *const found = imported(value, device);
        if (found && is_device_array(found)) {
            there.held.push_back(found);
            return reinterpret_cast<DeviceArray *>(found);
        }
        Py_XDECREF(found);
        PyErr_Clear();
    } catch (const std::bad_alloc &) {
    }
    return nullptr;
}

bool is_new(const OnDevice &there, const tdsl_result &result, std::size_t i) {
    return there.returns_arrays && result.role == TDSL_RETURN && !there.outs[i];
}

char *host_copy(OnDevice &there, std::int64_t bytes) {
    there.copies.emplace_back(new char[static_cast<std::size_t>(bytes) + 1]);
    return there.copies.back().get();
}

std::int64_t bytes_of(tdsl_dtype dtype, std::int64_t count) {
    return count * static_cast<std::int64_t>(item_size(dtype));
}

}  // namespace

cuda::Call call_of(const Frame &frame) {
    static const auto *const nowhere = new cuda::Places;
    const OnDevice *const there = frame.on_device;
    return {*frame.plan.entry,   frame.dims,    frame.arguments,
            frame.counts,        frame.results, frame.result_counts,
            there ? there->places : *nowhere, there && there->is_late, frame.notes.get()};
}

bool read_device_argument(Frame &frame, int index, npy_intp *axes, int device) {
    const tdsl_argument &argument = frame.plan.entry->arguments[index];
    if (argument.binds) return false;  // sizes are needed on the host
    const DeviceArray *const array = held_array(frame, frame.values[index], device);
    if (!array || !has_type(*array, argument.dtype, argument.rank)) return false;
    frame.on_device->places.arguments[static_cast<std::size_t>(index)] = true;
    frame.arguments[index] = array->data;
    std::copy_n(array->shape, array->rank, axes);
    return true;
}

bool use_device_out(Frame &frame, int index, PyObject *value, int device) {
    const tdsl_result &result = frame.plan.entry->results[index];
    npy_intp shape[most_dimensions];
    if (!result_shape(frame, result, shape, frame.result_counts[index])) return false;
    DeviceArray *const array = held_array(frame, value, device);
    if (!array || !has_type(*array, result.dtype, result.rank) || array->is_read_only ||
        !std::equal(shape, shape + result.rank, array->shape))
        return false;
    const auto bytes = static_cast<std::size_t>(array->bytes());
    if (overlaps_argument(frame, array->data, bytes)) return false;
    OnDevice &there = *frame.on_device;
    for (int k = 0; k < index; ++k)
        if (const DeviceArray *const other = there.outs[static_cast<std::size_t>(k)])
            if (overlaps(array->data, bytes, other->data, static_cast<std::size_t>(other->bytes()))) return false;
    there.outs[static_cast<std::size_t>(index)] = array;
    there.places.results[static_cast<std::size_t>(index)] = true;
    there.is_late = frame.plan.may_fail;
    return true;
}

bool return_device_arrays(Frame &frame, int device) {
    try {
        OnDevice &there = on_device(frame);
        there.returns_arrays = true;
        there.device = device;
        return true;
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
        return false;
    }
}

bool take_device_results(Frame &frame) {
    OnDevice &there = *frame.on_device;
    npy_intp shape[most_dimensions];
    for (int i = 0; i < frame.plan.entry->result_count; ++i) {
        const tdsl_result &result = frame.plan.entry->results[i];
        const auto index = static_cast<std::size_t>(i);
        DeviceArray *array = there.outs[index];
        if (array) {
            Py_INCREF(object(array));
            frame.results[i] = array->data;
        } else if (is_new(there, result, index)) {
            if (!result_shape(frame, result, shape, frame.result_counts[i])) return raise_too_large(frame);
            array = new_device_array(there.device, result.dtype, result.rank, shape);
            if (!array) return false;
            there.places.results[index] = true;
        } else {
            continue;
        }
        frame.result_arrays[i] = reinterpret_cast<PyArrayObject *>(array);
    }
    return true;
}

void allocate_device_results(Frame &frame, const cuda::Device &device) {
    if (!frame.on_device) return;
    for (int i = 0; i < frame.plan.entry->result_count; ++i) {
        if (!is_new(*frame.on_device, frame.plan.entry->results[i], static_cast<std::size_t>(i))) continue;
        auto &array = *reinterpret_cast<DeviceArray *>(frame.result_arrays[i]);
        allocate_memory(array, device);
        frame.results[i] = array.data;
    }
}

void copy_frame_to_host(Frame &frame, cuda::Model &model) {
    OnDevice *const there = frame.on_device;
    if (!there) return;
    const tdsl_entry &entry = *frame.plan.entry;
    there->copies.clear();
    for (int i = 0; i < entry.argument_count; ++i) {
        if (!there->places.has_argument(static_cast<std::size_t>(i))) continue;
        char *const copy = host_copy(*there, bytes_of(entry.arguments[i].dtype, frame.counts[i]));
        model.read_argument(i, copy);
        frame.arguments[i] = copy;
    }
    const int result = frame.nonfinite_index;
    if (frame.nonfinite_role == Role::result && there->places.has_result(static_cast<std::size_t>(result)))
        frame.results[result] = host_copy(*there, bytes_of(entry.results[result].dtype, frame.result_counts[result]));
}

bool has_device_argument(const Frame &frame, int index) {
    return frame.on_device->places.has_argument(static_cast<std::size_t>(index));
}

void drop_device_arrays(Frame &frame) {
    std::unique_ptr<OnDevice> there(std::exchange(frame.on_device, nullptr));
    for (PyObject *const array : there->held) Py_DECREF(array);
}

}  // namespace tdsl::binding
