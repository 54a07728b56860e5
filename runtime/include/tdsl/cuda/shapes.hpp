// Launch shapes of the templates for devices: for each template a function of its leading arguments.  Host code.
#ifndef TDSL_CUDA_SHAPES_HPP
#define TDSL_CUDA_SHAPES_HPP

#include <cstdint>
#include <initializer_list>

#include "tdsl/cuda/grid.hpp"

namespace tdsl::cuda {

struct Shape {
    unsigned blocks, threads;
    int phases = 1;
    int64_t scratch_bytes = 0;
};

using Sizes = std::initializer_list<int64_t>;

inline int64_t product_of(const int64_t *first, const int64_t *last) {
    int64_t total = 1;
    for (; first != last; ++first) total *= *first;
    return total;
}

inline Shape shape_of(int64_t pieces) {
    return {static_cast<unsigned>(bounded_blocks(pieces)), static_cast<unsigned>(threads)};
}

// Plain statements.
inline Shape scalar_shape() { return {1, 1}; }

inline Shape map_shape(Sizes extents) {
    return shape_of(map_pieces(product_of(extents.begin(), extents.end() - 1), extents.end()[-1]).count);
}

inline Shape map_tiled_shape(Sizes extents) {
    return shape_of(tiles_of(product_of(extents.begin(), extents.end() - 1), extents.end()[-1]));
}

template <int Independent>
inline Shape scatter_shape(Sizes extents, int64_t columns) {
    const int64_t groups = product_of(extents.begin(), extents.begin() + Independent);
    const int64_t rest = product_of(extents.begin() + Independent, extents.end() - 1) * extents.end()[-1];
    const ScatterPlan plan = scatter_plan(groups, rest / max(1, columns), columns);
    return shape_of(groups * plan.chunks << plan.share_bits);
}

template <int Independent>
inline Shape scatter_by_columns_shape(Sizes extents) {
    return scatter_shape<Independent>(extents, extents.end()[-1]);
}

template <int Independent>
inline Shape scatter_by_rows_shape(Sizes extents) {
    return scatter_shape<Independent>(extents, 1);
}

template <int Independent>
inline Shape scatter_by_elements_shape(Sizes extents) {
    return scatter_shape<Independent>(extents, 1);
}

inline Shape phases_of(int64_t pieces, int part_bits, int64_t partial_bytes) {
    Shape shape = shape_of(pieces << part_bits);
    if (part_bits > 0) {
        shape.phases = 2;
        shape.scratch_bytes = partial_bytes << part_bits;
    }
    return shape;
}

// `bytes` are those of an element of the result.
inline Shape reduce_rows_shape(Sizes kept, Sizes reduced, int64_t bytes) {
    const int64_t rows = product_of(kept.begin(), kept.end());
    const RowReduction plan = row_reduction(rows, product_of(reduced.begin(), reduced.end()));
    return phases_of(shifted_up(rows, 8 - plan.group_bits), plan.part_bits, rows * bytes);
}

// A partial result is a value and its position.
inline Shape arg_reduce_shape(Sizes kept, Sizes reduced, int64_t) { return reduce_rows_shape(kept, reduced, 16); }

inline Shape reduce_columns_shape(Sizes kept, Sizes reduced, int64_t bytes) {
    const int64_t groups = product_of(kept.begin(), kept.end() - 1), columns = kept.end()[-1];
    const ColumnReduction plan = column_reduction(groups, columns, product_of(reduced.begin(), reduced.end()));
    return phases_of(groups * plan.in_group, plan.part_bits, groups * columns * bytes);
}

}  // namespace tdsl::cuda

#include "tdsl/cuda/gemm_shapes.hpp"
#include "tdsl/cuda/routine_shapes.hpp"

#endif
