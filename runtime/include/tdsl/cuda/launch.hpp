// The launches of a routine that runs on a CUDA device: what the host code of a generated unit calls.
#ifndef TDSL_CUDA_LAUNCH_HPP
#define TDSL_CUDA_LAUNCH_HPP

#include <cstdint>

#include "tdsl/abi.h"
#include "tdsl/cuda/products.hpp"
#include "tdsl/cuda/shapes.hpp"

// A device as routines see it.  All pointers are the device's.  The functions only note or enqueue work; they throw
// what the binding catches.
//
// Nothing is read back, so branches and ends of loops are predicates: bytes in device memory that every launch within
// carries, and that are computed by launches as well.
struct tdsl_device {
    // Launches a kernel, for each of its phases once.  `parameters` are those after the tdsl_launch.
    void (*launch)(tdsl_device *, int32_t kernel, unsigned blocks, unsigned threads, int32_t phases,
                   int64_t scratch_bytes, void **parameters, int32_t count);
    // The same for a kernel of products, or has a library compute them and launches the kernel for their epilogue.
    void (*launch_products)(tdsl_device *, int32_t kernel, const tdsl::cuda::Products &, void **parameters,
                            int32_t count);
    // From here on launches run only if *condition, after `otherwise` only if not.
    void (*begin_branch)(tdsl_device *, const uint8_t *condition);
    void (*otherwise)(tdsl_device *);
    void (*end_branch)(tdsl_device *);
    // A loop, whose steps the routine goes through up to its largest number.  A loop may end early by a limit of its
    // number of steps, by a condition, or by a fault; *done, if it is asked for, becomes the number of steps done.
    void (*begin_loop)(tdsl_device *, int may_end_early, const int64_t *limit, int64_t *done);
    // The step of that number; those from *limit on do not run.  Returns 0 if this step and all later ones are known
    // not to run.
    int (*begin_step)(tdsl_device *, int64_t counter);
    // The loop ends after this step if *until, or, with `may_fault`, if the step had a fault.  `until` may be null.
    void (*end_step)(tdsl_device *, const uint8_t *until, int may_fault);
    // In a step that does not run: *next = *now.  Between begin_step and the next one, before the two are exchanged.
    void (*keep_state)(tdsl_device *, const void *now, void *next, int64_t bytes);
    void (*end_loop)(tdsl_device *);
    void (*copy)(tdsl_device *, void *to, const void *from, int64_t bytes);
};

namespace tdsl::cuda {

// The kernels of support.hpp, which every device unit has, by number; those of the program follow.
enum SupportKernel : int32_t {
    support_branch,
    support_begin_loop,
    support_begin_step,
    support_end_step,
    support_copy,
    support_copy_all,
    support_keep,
    support_find_nonfinite,
    support_gather,
    support_begin_batch,
    support_assert,
    support_end_batch,
    support_count
};

// Launches a kernel with the parameters after its tdsl_launch, which have exactly the types of the kernel.
template <typename... Parameters>
void launch(tdsl_call *call, int32_t kernel, Shape shape, Parameters... parameters) {
    void *pointers[] = {const_cast<void *>(static_cast<const void *>(&parameters))..., nullptr};
    call->device->launch(call->device, kernel, shape.blocks, shape.threads, shape.phases, shape.scratch_bytes,
                         pointers, static_cast<int32_t>(sizeof...(parameters)));
}

template <typename... Parameters>
void launch_products(tdsl_call *call, int32_t kernel, const Products &products, Parameters... parameters) {
    void *pointers[] = {const_cast<void *>(static_cast<const void *>(&parameters))..., nullptr};
    call->device->launch_products(call->device, kernel, products, pointers,
                                  static_cast<int32_t>(sizeof...(parameters)));
}

inline void begin_branch(tdsl_call *call, const uint8_t *condition) {
    call->device->begin_branch(call->device, condition);
}
inline void otherwise(tdsl_call *call) { call->device->otherwise(call->device); }
inline void end_branch(tdsl_call *call) { call->device->end_branch(call->device); }
inline void begin_loop(tdsl_call *call, bool may_end_early, const int64_t *limit, int64_t *done) {
    call->device->begin_loop(call->device, may_end_early, limit, done);
}
inline bool begin_step(tdsl_call *call, int64_t counter) { return call->device->begin_step(call->device, counter); }
inline void end_step(tdsl_call *call, const uint8_t *until, bool may_fault) {
    call->device->end_step(call->device, until, may_fault);
}
inline void keep_state(tdsl_call *call, const void *now, void *next, int64_t bytes) {
    call->device->keep_state(call->device, now, next, bytes);
}
inline void end_loop(tdsl_call *call) { call->device->end_loop(call->device); }

}  // namespace tdsl::cuda

#endif
