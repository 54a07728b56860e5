// Reductions over loop nests: kept axes first, then reduced ones.
//
// Sums are accurate and reproducible: a block is summed in vector lanes, the sums of blocks are combined pairwise, and
// sizes alone decide where blocks begin.
#ifndef TDSL_REDUCE_HPP
#define TDSL_REDUCE_HPP

#include "tdsl/reduce/columns.hpp"
#include "tdsl/reduce/rows.hpp"

namespace tdsl {

// The runtime's own objects contain those that do not depend on a body.
#define TDSL_SHARED_REDUCTIONS(declare, T)    \
    TDSL_SHARED_REDUCTION(declare, Sum<T>)    \
    TDSL_SHARED_REDUCTION(declare, Max<T>)    \
    TDSL_SHARED_REDUCTION(declare, Min<T>)
#define TDSL_SHARED_REDUCTION(declare, Combiner)                                                                      \
    declare template typename Combiner::Accumulator reduce_block<Combiner>(const typename Combiner::Accumulator *,    \
                                                                           int64_t);                                  \
    declare template void reduce_rows_parallel<Combiner>(RowPart<Combiner>, const void *, AxisSizes, AxisSizes,       \
                                                         typename Combiner::Value *);                                 \
    declare template void reduce_columns_parallel<Combiner>(ColumnStrip<Combiner>, const void *, AxisSizes, AxisSizes, \
                                                            typename Combiner::Value *);
TDSL_SHARED_REDUCTIONS(extern, float)
TDSL_SHARED_REDUCTIONS(extern, double)

}  // namespace tdsl

#endif
