// The routines that loops call, for devices: tdsl/loops/routines.py lists them.  Each takes the launch before the
// arguments of the function of a CPU.
#ifndef TDSL_CUDA_ROUTINES_HPP
#define TDSL_CUDA_ROUTINES_HPP

#include "tdsl/cuda/routines/cholesky.hpp"
#include "tdsl/cuda/routines/cumulative.hpp"
#include "tdsl/cuda/routines/eigh.hpp"
#include "tdsl/cuda/routines/lu.hpp"
#include "tdsl/cuda/routines/products.hpp"
#include "tdsl/cuda/routines/qr.hpp"
#include "tdsl/cuda/routines/random.hpp"
#include "tdsl/cuda/routines/sorting.hpp"
#include "tdsl/cuda/routines/triangular.hpp"

#endif
