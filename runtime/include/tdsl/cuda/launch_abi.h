/* The first parameter of every kernel for CUDA devices.  Plain C, for host and device. */
#ifndef TDSL_CUDA_LAUNCH_ABI_H
#define TDSL_CUDA_LAUNCH_ABI_H

#include <stdint.h>

#include "tdsl/abi.h"

typedef struct {
    const uint8_t *guard; /* null, or: 0 there means that the kernel does nothing */
    tdsl_fault *fault;    /* device memory of the call; a site that is not 0 means that it has failed */
    char *scratch;        /* partial results from one phase to the next; 256-byte aligned */
    int32_t phase;        /* of a kernel that is launched several times, from 0 on */
    int32_t phases;
    int32_t multiplied;   /* 1: the scratch memory of a kernel of products begins with these, computed by a library */
    int64_t steps[TDSL_MOST_STEPS]; /* of the outermost loops around the launch, for faults */
} tdsl_launch;

#endif
