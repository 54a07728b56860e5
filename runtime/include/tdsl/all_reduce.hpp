// The mean of numbers over all processes that train together.
#ifndef TDSL_ALL_REDUCE_HPP
#define TDSL_ALL_REDUCE_HPP

#include <cstdint>

#include "tdsl/abi.h"

namespace tdsl {

// `mean` has one number more than `own`: the rows of all processes.  Each process weights its numbers by its own rows;
// without rows they may be NaN and count nothing.  A process whose call has failed sends NaN as its rows, so that the
// calls of all processes fail.
template <typename T>
void all_reduce(tdsl_call *call, int64_t count, int64_t rows, T *mean, const T *own);

}  // namespace tdsl

#endif
