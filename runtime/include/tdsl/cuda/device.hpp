// All that a device unit needs.
#ifndef TDSL_CUDA_DEVICE_HPP
#define TDSL_CUDA_DEVICE_HPP

#define TDSL_DEVICE

// nvcc takes functions for the host's, and has no option against it as NVRTC has: functions and methods that devices
// share with the CPU are inline or constexpr.
#if defined(__CUDACC__) && !defined(__CUDACC_RTC__)
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <type_traits>
#include <utility>
#define inline __device__ inline
#endif

#include "tdsl/checks.hpp"
#include "tdsl/cuda/draws.hpp"
#include "tdsl/cuda/gemm.hpp"
#include "tdsl/cuda/nests.hpp"
#include "tdsl/cuda/reduce.hpp"
#include "tdsl/cuda/scatter.hpp"
#include "tdsl/cuda/routines.hpp"
#include "tdsl/cuda/thread.hpp"
#include "tdsl/math.hpp"
#include "tdsl/random.hpp"

#endif
