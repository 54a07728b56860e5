// The records in device memory that the host and the kernels of support.hpp share.
#ifndef TDSL_CUDA_STATE_HPP
#define TDSL_CUDA_STATE_HPP

#include <cstdint>

#include "tdsl/abi.h"

namespace tdsl::cuda {
constexpr int32_t no_number = INT32_MAX;
}

// A loop that may end early.
struct tdsl_loop_state {
    uint8_t goes_on;
    uint8_t runs;  // the current step; the predicate of its launches
    uint8_t unused[2];
    int32_t fault_before;  // the site, before the loop
};

// The outcome of a call so far.
struct tdsl_call_state {
    tdsl_fault fault;
    int32_t nonfinite;  // the lowest number of an argument, result or update that is not finite; else no_number
    int32_t unused;
};

// Minibatches one after the other.
struct tdsl_batch_state {
    uint8_t goes_on;  // no batch has failed; the predicate of all launches
    uint8_t unused[7];
    int64_t done;
    int64_t row;  // the first of the next batch
};

// Real scalars among the results of a minibatch, which are kept for each.
struct tdsl_summed {
    static constexpr int most = 16;
    const void *values[most];
    uint8_t is_f32[most];
    int32_t count;
};

// Arrays that one launch copies.
struct tdsl_copies {
    static constexpr int most = 24;
    struct Copy {
        char *to;
        const char *from;
        int64_t bytes;
    };
    int64_t count;
    Copy of[most];
};

#endif
