// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

@kernels
}  // namespace tdsl_unit
