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

}  // namespace tdsl::cuda

#endif
