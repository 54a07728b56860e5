// All that a device unit needs.
#ifndef TDSL_CUDA_DEVICE_HPP
#define TDSL_CUDA_DEVICE_HPP

#define TDSL_DEVICE

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
