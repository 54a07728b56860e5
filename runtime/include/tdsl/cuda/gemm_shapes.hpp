// Launch shapes of matrix products.  Host code.
#ifndef TDSL_CUDA_GEMM_SHAPES_HPP
#define TDSL_CUDA_GEMM_SHAPES_HPP

#include "tdsl/cuda/gemm_plan.hpp"
#include "tdsl/cuda/shapes.hpp"

namespace tdsl::cuda {

// Of gemm and affine_gemm with all their epilogues; `count` products are a batch, inside of one parallel_for_each.  If
// a library computes them, the kernel runs their epilogue only.
inline Shape gemm_shape(int64_t count, int64_t m, int64_t n, int64_t k, int64_t element_bytes, bool sums_columns,
                        bool is_multiplied = false) {
    const GemmPlan plan = gemm_plan(count, m, n, k, element_bytes, is_multiplied);
    int64_t blocks = bounded_blocks(plan.tiles() * plan.splits);
    if (sums_columns) blocks = max(blocks, bounded_blocks(ceil_div(n, total_columns)));
    Shape shape = shape_of(bounded_blocks(count) * blocks);
    shape.phases = static_cast<int>(gemm_phases(plan, sums_columns).count);
    shape.scratch_bytes = count * gemm_scratch(plan, sums_columns, m, n).elements * element_bytes;
    return shape;
}

// Of a parallel_for_each without products.
inline Shape for_each_shape(Sizes extents) { return shape_of(product_of(extents.begin(), extents.end())); }

}  // namespace tdsl::cuda

#endif
