// Packing: parts of a matrix copied into the order in which a register kernel reads them.
#ifndef TDSL_SOURCE_GEMM_PACK_HPP
#define TDSL_SOURCE_GEMM_PACK_HPP

#include "gemm_operand.hpp"
#include "vector.hpp"

#include <cstring>
#include <utility>

namespace tdsl {

template <typename T>
using all_lanes = std::make_integer_sequence<int, lane_count<T>>;

// Exchanges lanes `step` apart between two rows of a block: all steps together transpose it.
template <typename T, int step, int... Lane>
inline void swap_lanes(Vector<T> &a, Vector<T> &b, std::integer_sequence<int, Lane...>) {
    constexpr int width = lane_count<T>;
    const Vector<T> low = __builtin_shufflevector(a, b, ((Lane & step) ? width + Lane - step : Lane)...);
    const Vector<T> high = __builtin_shufflevector(a, b, ((Lane & step) ? width + Lane : Lane + step)...);
    a = low;
    b = high;
}

// Transposes each of the square blocks that lie side by side in the rows.
template <typename T, int side, int step = 1>
inline void transpose(Vector<T> (&rows)[side]) {
    if constexpr (step < side) {
#pragma GCC unroll 16
        for (int i = 0; i < side; ++i)
            if (!(i & step)) swap_lanes<T, step>(rows[i], rows[i + step], all_lanes<T>{});
        transpose<T, side, step * 2>(rows);
    }
}

template <typename Half, int... Lane>
inline auto side_by_side(Half a, Half b, std::integer_sequence<int, Lane...>) {
    return __builtin_shufflevector(a, b, Lane...);
}

// The first `deep` elements of columns `deep` apart, side by side; column(j) is the first element of a column.
template <typename T, int deep, int lanes, typename Column>
[[gnu::always_inline]] inline auto load_columns(const Column &column, int first) {
    if constexpr (lanes == deep) {
        typedef T Part __attribute__((vector_size(deep * sizeof(T)), aligned(alignof(T)), may_alias));
        typedef T Loaded __attribute__((vector_size(deep * sizeof(T))));
        return static_cast<Loaded>(*reinterpret_cast<const Part *>(column(first)));
    } else {
        return side_by_side(load_columns<T, deep, lanes / 2>(column, first),
                            load_columns<T, deep, lanes / 2>(column, first + lanes / 2),
                            std::make_integer_sequence<int, lanes>{});
    }
}

// Whether this row stride maps many rows to the same L1 sets, which hold `most_conflicting` of them.
template <typename T>
bool has_set_conflicts(int64_t row) {
    return row * static_cast<int64_t>(sizeof(T)) % 2048 == 0;
}
constexpr int64_t most_conflicting = 8;

// The distance of packed panels of so many elements: an odd number of cache lines, so that equal positions in different
// panels are in different L1 sets.
template <typename T>
int64_t panel_stride(int64_t elements) {
    constexpr int64_t line = 64 / sizeof(T);
    return ((elements + line - 1) / line | 1) * line;
}

// A panel is as wide as a tile is high, or a whole number of vectors.
template <typename T>
constexpr int rest_of_tile = tile_rows % lane_count<T>;

// Transposes a block `deep` elements deep, of as many columns as a vector has lanes.
template <typename T, int deep, int stored, typename Column>
[[gnu::always_inline]] inline void transpose_block(const Column &column, T *to, int64_t width) {
    Vector<T> block[deep];
#pragma GCC unroll 16
    for (int j = 0; j < deep; ++j) block[j] = load_columns<T, deep, lane_count<T>>(column, j);
    transpose<T, deep>(block);
#pragma GCC unroll 16
    for (int p = 0; p < deep; ++p) std::memcpy(to + p * width, &block[p], stored * sizeof(T));
}

// Packs columns that are contiguous along depth: place(j) is the position of a column.
template <typename T, int deep = lane_count<T>, typename Place>
void pack_transposed(const T *from, const Place &place, int64_t depth, int64_t columns, int64_t width, T *to) {
    constexpr int side = lane_count<T>;
    if constexpr (deep >= 4) {
        if (depth < deep) return pack_transposed<T, deep / 2>(from, place, depth, columns, width, to);
        for (int64_t column = 0; column < columns; column += side) {
            // Columns beyond the last one repeat it; their sums are never used.
            const T *starts[side];
            for (int j = 0; j < side; ++j) starts[j] = from + place(min(column + j, columns - 1));
            for (int64_t next = 0; next < depth; next += deep) {
                const int64_t top = min(next, depth - deep);  // the last block may overlap the one before
                const auto start = [&](int j) { return starts[j] + top; };
                T *const rows = to + top * width + column;
                if (column + side <= width) transpose_block<T, deep, side>(start, rows, width);
                else transpose_block<T, deep, rest_of_tile<T>>(start, rows, width);
            }
        }
    } else {
        for (int64_t p = 0; p < depth; ++p)
            for (int64_t j = 0; j < columns; ++j) to[p * width + j] = from[place(j) + p];
    }
}

// Packs a panel of columns: element (p, j) goes to p * width + j.  The columns beyond `columns` are never used.
template <typename T>
void pack(Matrix<T> from, int64_t depth, int64_t columns, int64_t width, T *to) {
    if (from.row == 1)
        return pack_transposed(from.data, [=](int64_t j) { return j * from.column; }, depth, columns, width, to);
    for (int64_t p = 0; p < depth; ++p)
        for (int64_t j = 0; j < columns; ++j) to[p * width + j] = from.data[p * from.row + j * from.column];
}

// Packs neighbouring panels of up to `each` columns, `step` elements apart.  Contiguous columns of all panels are
// copied row by row, so that memory is read in long runs.
template <typename T>
void pack_panels(Matrix<T> from, int64_t depth, int64_t columns, int64_t each, int64_t width, T *to, int64_t step) {
    const int64_t whole = from.column == 1 && columns >= width ? (columns - width) / each + 1 : 0;
    for (int64_t p = 0; p < depth; ++p)
        for (int64_t panel = 0; panel < whole; ++panel) {
            const T *const row = from.data + p * from.row + panel * each;
            T *const place = to + panel * step + p * width;
            int64_t j = 0;
            for (; j + lane_count<T> <= width; j += lane_count<T>) store(place + j, load(row + j));
            if (j < width) std::memcpy(place + j, row + j, rest_of_tile<T> * sizeof(T));
        }
    for (int64_t panel = whole; panel * each < columns; ++panel) {
        const Matrix<T> one{from.data + panel * each * from.column, from.row, from.column};
        pack(one, depth, min(each, columns - panel * each), width, to + panel * step);
    }
}

// The number of leading offsets that are neighbours.
inline int64_t unit_run(const int64_t *offsets, int64_t count) {
    int64_t run = min(1, count);
    while (run < count && offsets[run] - offsets[run - 1] == 1) ++run;
    return run;
}

inline int64_t count_unit_runs(const int64_t *offsets, int64_t count) {
    int64_t runs = 0;
    for (int64_t i = 0; i < count; i += unit_run(offsets + i, count - i)) ++runs;
    return runs;
}

// Packs neighbouring columns, in vectors of up to `size` elements, the last of which may overlap the one before.
template <typename T, int size = lane_count<T>>
void pack_columns(const T *from, const int64_t *rows, int64_t depth, int64_t columns, int64_t width, T *to) {
    if constexpr (size > 1)
        if (columns < size) return pack_columns<T, size / 2>(from, rows, depth, columns, width, to);
    for (int64_t p = 0; p < depth; ++p)
        for (int64_t j = 0; j < columns; j += size) {
            const int64_t first = min(j, columns - size);
            std::memcpy(to + p * width + first, from + rows[p] + first, size * sizeof(T));
        }
}

// The same through tables of offsets, along the longer contiguous runs: those of columns or those of depth.
template <typename T>
void pack_panels(AffineOperand<T> from, int64_t depth, int64_t columns, int64_t each, int64_t width, T *to,
                 int64_t step) {
    const int64_t runs_of_depth = count_unit_runs(from.rows, depth);
    for (int64_t first = 0; first < columns; first += each, to += step) {
        const int64_t count = min(each, columns - first), *const across = from.columns + first;
        if (count * runs_of_depth >= depth * count_unit_runs(across, count)) {
            for (int64_t j = 0, run; j < count; j += run) {
                run = unit_run(across + j, count - j);
                pack_columns(from.data + across[j], from.rows, depth, run, width, to + j);
            }
            continue;
        }
        for (int64_t top = 0, run; top < depth; top += run) {
            run = unit_run(from.rows + top, depth - top);
            pack_transposed(from.data + from.rows[top], [=](int64_t j) { return across[j]; }, run, count, width,
                            to + top * width);
        }
    }
}

// Whether an operand of so many elements is kept.
template <typename Operand>
bool is_kept(const Operand &operand, int64_t elements) {
    constexpr int64_t most = 1 << 22;
    return operand.kept && elements <= most;
}

// Packed panels of an operand, of so many elements: those that are kept, or new ones, which `pack` makes.
template <typename T, typename Pack>
const T *packed_panels(Kept *kept, int64_t width, int64_t elements, const Pack &pack) {
    if (!kept) {
        T *const panels = thread_buffer<T>(Purpose::packed_b, elements);
        pack(panels);
        return panels;
    }
    const auto bytes = static_cast<std::size_t>(elements) * sizeof(T);
    auto *const panels = static_cast<T *>(this_thread().kept[kept->number].reserve(bytes));
    if (kept->width != width) pack(panels);
    kept->width = width;
    return panels;
}

}  // namespace tdsl

#endif
