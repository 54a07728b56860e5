// The products behind tdsl/gemm.hpp: which way a product takes, and the packed, blocked one for floats.
//
// A block of K at a time, B is packed once by all threads in panels a tile wide; then tasks of some row tiles pack
// their part of A and run the register kernel over all panels.  Every element of C is summed over K in one order.
#include "tdsl/gemm.hpp"

#include "gemm_tile.hpp"
#include "buffer.hpp"
#include "tdsl/pool.hpp"

#include <algorithm>
#include <type_traits>

namespace tdsl {
namespace {

constexpr std::int64_t depth_block = 512;     // of K: a panel of B stays in the first cache, a block of A in the second
constexpr std::int64_t row_block = 4;         // tiles of rows in a task
constexpr std::int64_t column_block = 4096;   // columns whose packed B exists at once
constexpr std::int64_t columns_in_task = 512;
constexpr std::int64_t small_work = 4096;     // multiplications below which packing costs more than it gains
constexpr std::int64_t work_in_task = 32768;  // of a product with a vector

std::int64_t pieces(std::int64_t size, std::int64_t most) { return (size + most - 1) / most; }

template <typename T>
struct Operand {
    const T *data;
    std::int64_t row, column;
    const T *at(std::int64_t i, std::int64_t p) const { return data + i * row + p * column; }
};

// Panels of `width` columns: element (p, j) of a panel lies at p * width + j; missing columns are zero.
template <int width, typename T>
void pack_panel(const Operand<T> &b, std::int64_t depth, std::int64_t columns, T *to) {
    if (columns == width && b.column == 1) {
        for (std::int64_t p = 0; p < depth; ++p) {
            const T *from = b.data + p * b.row;
            for (int j = 0; j < width; ++j) to[p * width + j] = from[j];
        }
        return;
    }
    constexpr std::int64_t strip = 16;  // read along depth in cache lines, write a strip that stays in the first cache
    for (std::int64_t start = 0; start < depth; start += strip) {
        const std::int64_t end = std::min(depth, start + strip);
        for (std::int64_t j = 0; j < columns; ++j) {
            const T *from = b.data + j * b.column;
            for (std::int64_t p = start; p < end; ++p) to[p * width + j] = from[p * b.row];
        }
        for (std::int64_t j = columns; j < width; ++j)
            for (std::int64_t p = start; p < end; ++p) to[p * width + j] = T(0);
    }
}

template <typename T>
void packed(std::int64_t m, std::int64_t n, std::int64_t k, Operand<T> a, Operand<T> b, T *c, std::int64_t c_row) {
    constexpr std::int64_t width = tile_columns<T>;
    const std::int64_t depths = pieces(k, depth_block), columns = std::min(n, column_block);
    const std::int64_t depth_most = pieces(k, depths);
    // Where no panel is used twice, full panels of contiguous rows are read where they are.
    const bool in_place = m <= tile_rows && b.column == 1;
    T *const b_packed = thread_buffer<T>(Purpose::right, pieces(columns, width) * width * depth_most);
    for (std::int64_t left = 0; left < n; left += column_block) {
        const std::int64_t right = std::min(n, left + column_block), panels = pieces(right - left, width);
        for (std::int64_t top = 0; top < k; top += depth_most) {
            const std::int64_t depth = std::min(depth_most, k - top);
            const auto columns_of = [&](std::int64_t panel) { return std::min(width, right - left - panel * width); };
            const auto pack = [&](std::int64_t panel) {
                const std::int64_t j = left + panel * width;
                pack_panel<static_cast<int>(width)>(Operand<T>{b.at(top, j), b.row, b.column}, depth,
                                                    columns_of(panel), b_packed + panel * width * depth);
            };
            if (in_place) {
                if (columns_of(panels - 1) < width) pack(panels - 1);
            } else {
                constexpr std::int64_t group = 4;
                parallel(pieces(panels, group), [&](std::int64_t task) {
                    for (std::int64_t panel = task * group; panel < std::min(panels, (task + 1) * group); ++panel)
                        pack(panel);
                });
            }
            const std::int64_t tiles = pieces(m, tile_rows), row_tasks = pieces(tiles, row_block);
            const std::int64_t panels_in_task = row_tasks >= 16 ? panels : pieces(columns_in_task, width);
            const std::int64_t column_tasks = pieces(panels, panels_in_task);
            parallel(row_tasks * column_tasks, [&](std::int64_t task) {
                const std::int64_t first_tile = task / column_tasks * row_block;
                const std::int64_t last_tile = std::min(tiles, first_tile + row_block);
                const std::int64_t first_panel = task % column_tasks * panels_in_task;
                const std::int64_t last_panel = std::min(panels, first_panel + panels_in_task);
                T *const a_packed = thread_buffer<T>(Purpose::left, row_block * tile_rows * depth);
                for (std::int64_t tile = first_tile; tile < last_tile; ++tile) {
                    const std::int64_t i = tile * tile_rows;
                    pack_panel<tile_rows>(Operand<T>{a.at(i, top), a.column, a.row}, depth,
                                          std::min<std::int64_t>(tile_rows, m - i),
                                          a_packed + (tile - first_tile) * tile_rows * depth);
                }
                for (std::int64_t panel = first_panel; panel < last_panel; ++panel) {
                    const std::int64_t j = left + panel * width;
                    const bool direct = in_place && columns_of(panel) == width;
                    const T *const from = direct ? b.at(top, j) : b_packed + panel * width * depth;
                    for (std::int64_t tile = first_tile; tile < last_tile; ++tile) {
                        const std::int64_t i = tile * tile_rows;
                        multiply_tile<T>(std::min<std::int64_t>(tile_rows, m - i), columns_of(panel), depth,
                                         a_packed + (tile - first_tile) * tile_rows * depth, from,
                                         direct ? b.row : width, c + i * c_row + j, c_row, top != 0);
                    }
                }
            });
        }
    }
}

template <typename T>
void small(std::int64_t m, std::int64_t n, std::int64_t k, Operand<T> a, Operand<T> b, T *c, std::int64_t c_row) {
    for (std::int64_t i = 0; i < m; ++i) {
        T *const row = c + i * c_row;
        for (std::int64_t j = 0; j < n; ++j) row[j] = T(0);
        for (std::int64_t p = 0; p < k; ++p) {
            const T factor = *a.at(i, p), *from = b.at(p, 0);
            for (std::int64_t j = 0; j < n; ++j) row[j] += factor * from[j * b.column];
        }
    }
}

// y[i * step] = sum over p of matrix(i, p) * x[p * x_step]
template <typename T>
void times_vector(std::int64_t m, std::int64_t k, Operand<T> matrix, const T *x, std::int64_t x_step, T *y,
                  std::int64_t step) {
    if (x_step != 1 && k > 1) {
        T *const gathered = thread_buffer<T>(Purpose::right, k);
        for (std::int64_t p = 0; p < k; ++p) gathered[p] = x[p * x_step];
        x = gathered;
    }
    if (matrix.column == 1) {
        const std::int64_t rows = std::max<std::int64_t>(1, work_in_task / k);
        parallel(pieces(m, rows), [&](std::int64_t task) {
            for (std::int64_t i = task * rows; i < std::min(m, (task + 1) * rows); ++i)
                y[i * step] = dot_product(k, matrix.data + i * matrix.row, x);
        });
        return;
    }
    constexpr std::int64_t rows = 8 * lanes<T>;
    const std::int64_t chunks_in_task = std::max<std::int64_t>(1, work_in_task / (rows * k));
    const std::int64_t chunks = pieces(m, rows);
    parallel(pieces(chunks, chunks_in_task), [&](std::int64_t task) {
        for (std::int64_t chunk = task * chunks_in_task; chunk < std::min(chunks, (task + 1) * chunks_in_task);
             ++chunk) {
            const std::int64_t i = chunk * rows;
            T sums[rows];
            sum_of_columns(std::min(rows, m - i), k, matrix.at(i, 0), matrix.row, matrix.column, x, sums);
            for (std::int64_t r = 0; r < std::min(rows, m - i); ++r) y[(i + r) * step] = sums[r];
        }
    });
}

template <typename T>
void product(std::int64_t m, std::int64_t n, std::int64_t k, Operand<T> a, Operand<T> b, T *c, std::int64_t c_row) {
    if (m <= 0 || n <= 0) return;
    if (k <= 0 || m * n <= small_work / k) return small(m, n, k, a, b, c, c_row);
    if (n == 1) return times_vector(m, k, a, b.data, b.row, c, c_row);
    if (m == 1) return times_vector(n, k, Operand<T>{b.data, b.column, b.row}, a.data, a.column, c, 1);
    packed(m, n, k, a, b, c, c_row);
}

template <typename T>
void integers(std::int64_t m, std::int64_t n, std::int64_t k, Operand<T> a, Operand<T> b, T *c, std::int64_t c_row) {
    const std::int64_t rows = std::max<std::int64_t>(1, work_in_task / std::max<std::int64_t>(1, n * k));
    parallel(pieces(m, rows), [&](std::int64_t task) {
        const std::int64_t first = task * rows, last = std::min(m, first + rows);
        // Sums wrap around as in NumPy, which only unsigned numbers may do.
        using Wrapping = std::make_unsigned_t<T>;
        small(last - first, n, k,
              Operand<Wrapping>{reinterpret_cast<const Wrapping *>(a.at(first, 0)), a.row, a.column},
              Operand<Wrapping>{reinterpret_cast<const Wrapping *>(b.data), b.row, b.column},
              reinterpret_cast<Wrapping *>(c + first * c_row), c_row);
    });
}

}  // namespace

#define TDSL_DEFINE_GEMM(T, WAY)                                                                                    \
    void gemm(std::int64_t m, std::int64_t n, std::int64_t k, const T *a, std::int64_t a_row, std::int64_t a_col,   \
              const T *b, std::int64_t b_row, std::int64_t b_col, T *c, std::int64_t c_row) {                       \
        WAY(m, n, k, Operand<T>{a, a_row, a_col}, Operand<T>{b, b_row, b_col}, c, c_row);                           \
    }
TDSL_DEFINE_GEMM(float, product)
TDSL_DEFINE_GEMM(double, product)
TDSL_DEFINE_GEMM(std::int32_t, integers)
TDSL_DEFINE_GEMM(std::int64_t, integers)

}  // namespace tdsl
