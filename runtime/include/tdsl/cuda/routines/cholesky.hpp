// Cholesky factors: a phase for each panel of columns, and one for the columns behind it.
#ifndef TDSL_CUDA_ROUTINES_CHOLESKY_HPP
#define TDSL_CUDA_ROUTINES_CHOLESKY_HPP

#include <cstdint>

#include "tdsl/cuda/routines/panels.hpp"
#include "tdsl/libm.hpp"

namespace tdsl {
namespace routines {

// The factor of the tile at a corner, with the reciprocals of its diagonal in the column behind it, and the number of a
// pivot that is not positive, or -1.  The reciprocal of a root is a normal number.
template <typename T>
inline int64_t factor_corner(Tile<T> &tile, int64_t width) {
    int64_t failed = -1;
    for (int64_t j = 0; j < width; ++j) {
        barrier();
        const T pivot = tile.values[j][j], root = libm::sqrt(pivot), reciprocal = T(1) / root;
        if (!(pivot > 0) && failed < 0) failed = j;
        barrier();
        threads_of(j, width, [&](int64_t i) { tile.values[i][j] = i == j ? root : tile.values[i][j] * reciprocal; });
        if (thread_index() == 0) tile.values[j][panel_width] = reciprocal;
        barrier();
        tile_elements([&](int64_t i, int64_t k) {
            if (k > j && i >= k) tile.values[i][k] = fused(-tile.values[i][j], tile.values[k][j], tile.values[i][k]);
        });
    }
    barrier();
    return failed;
}

// The rows below a corner, each of a thread.  A barrier for some rows at a time keeps the compiler from loading the
// corner before the loop, into more registers than there are.
template <typename T>
inline void solve_rows(const Tile<T> &corner, int64_t rows, int64_t width, T *below, int64_t apart) {
    for (int64_t first = 0; first < rows; first += block_threads) {
        barrier();
        const int64_t i = first + thread_index();
        if (i >= rows) continue;
        T row[panel_width];
        TDSL_UNROLL(panel_width)
        for (int k = 0; k < panel_width; ++k) {
            if (k >= width) continue;
            T value = below[i * apart + k];
            TDSL_UNROLL(panel_width)
            for (int p = 0; p < k; ++p) value = fused(-row[p], corner.values[k][p], value);
            row[k] = value * corner.values[k][panel_width];
            below[i * apart + k] = row[k];
        }
    }
}

}  // namespace routines

template <typename T>
inline void cholesky(const tdsl_launch &call, int32_t site, int64_t count, int64_t n, T *factor, const T *a) {
    using namespace routines;
    TDSL_SHARED Tile<T> left, right;
    const int64_t first = call.phase / 2 * panel_width, width = min(panel_width, n - first), next = first + width;
    if (call.phase % 2 == 0)
        return blocks_of(n ? count : 0, [&](int64_t number) {
            T *const to = factor + number * n * n, *const corner = to + first * (n + 1);
            if (first == 0)
                threads_of(0, n * n, [&](int64_t i) { to[i] = i % n <= i / n ? a[number * n * n + i] : T(0); });
            barrier();
            load_tile(left, width, width, false, [&](int64_t i, int64_t j) { return corner[i * n + j]; });
            const int64_t failed = factor_corner(left, width);
            if (failed >= 0 && thread_index() == 0) report_pivot(call, site, count, n, number, first + failed);
            tile_elements([&](int64_t i, int64_t j) {
                if (i < width && j <= i) corner[i * n + j] = left.values[i][j];
            });
            solve_rows(left, n - next, width, corner + width * n, n);
        });
    const int64_t tiles = panels_of(n - next);
    blocks_of(count * tiles * tiles, [&](int64_t number) {
        const int64_t i = number / tiles % tiles * panel_width + next, j = number % tiles * panel_width + next;
        if (j > i) return;
        T *const to = factor + number / (tiles * tiles) * n * n;
        const int64_t rows = min(panel_width, n - i), columns = min(panel_width, n - j);
        barrier();
        load_tile(left, rows, width, false, [&](int64_t r, int64_t k) { return to[(i + r) * n + first + k]; });
        load_tile(right, width, columns, true, [&](int64_t k, int64_t c) { return to[(j + c) * n + first + k]; });
        barrier();
        subtract_product(left, right, to + i * n + j, n,
                         [=](int64_t r, int64_t c) { return r < rows && c < columns && (i != j || c <= r); });
    });
}

}  // namespace tdsl

#endif
