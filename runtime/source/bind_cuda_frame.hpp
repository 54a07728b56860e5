// The arrays of a call that are in the memory of its device: arguments that stay there, and results.
#ifndef TDSL_SOURCE_BIND_CUDA_FRAME_HPP
#define TDSL_SOURCE_BIND_CUDA_FRAME_HPP

#include "bind_cuda_array.hpp"
#include "cuda_model.hpp"

#include <memory>
#include <vector>

namespace tdsl::binding {

struct OnDevice {
    cuda::Places places;
    std::vector<PyObject *> held;     // arrays; owned
    std::vector<DeviceArray *> outs;  // by result, of the caller; held
    bool returns_arrays = false;      // new ones, of the next
    int device = 0;
    bool is_late = false;             // results are copied into `outs` once the call has succeeded
    std::vector<std::unique_ptr<char[]>> copies;  // on the host
};

cuda::Call call_of(const Frame &frame);

// Memory for results that are new arrays; the device is the current one.  Needs no GIL.
void allocate_device_results(Frame &frame, const cuda::Device &device);

// Copies the arguments of the last run to the host, and the result that is not finite, for the exception that shows
// them.
void copy_frame_to_host(Frame &frame, cuda::Model &model);

// For DeviceCalls
bool read_device_argument(Frame &frame, int index, npy_intp *axes, int device);
bool use_device_out(Frame &frame, int index, PyObject *value, int device);
bool return_device_arrays(Frame &frame, int device);
bool take_device_results(Frame &frame);
bool has_device_argument(const Frame &frame, int index);
void drop_device_arrays(Frame &frame);

}  // namespace tdsl::binding

#endif
