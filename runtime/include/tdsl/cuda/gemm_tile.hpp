// Computes one tile of a product, and leaves it in shared memory for the epilogue.
//
// This code is compiled once for each type and kind of operands; only epilogues belong to a single kernel.
#ifndef TDSL_CUDA_GEMM_TILE_HPP
#define TDSL_CUDA_GEMM_TILE_HPP

#include <cstdint>

#include "tdsl/attributes.hpp"
#include "tdsl/cuda/gemm_panel.hpp"
#include "tdsl/cuda/gemm_plan.hpp"
#include "tdsl/cuda/thread.hpp"
#include "tdsl/math.hpp"
#include "tdsl/vector_math.hpp"

namespace tdsl {

inline float multiply_add(float a, float b, float c) { return fused(a, b, c); }
inline double multiply_add(double a, double b, double c) { return fused(a, b, c); }
// Integers wrap around.
inline int32_t multiply_add(int32_t a, int32_t b, int32_t c) {
    return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b) + static_cast<uint32_t>(c));
}
inline int64_t multiply_add(int64_t a, int64_t b, int64_t c) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b) + static_cast<uint64_t>(c));
}
// The elements that one access of shared memory reads.
template <typename T>
struct alignas(16) Pack {
    static constexpr int size = 16 / sizeof(T);
    T at[size];
};

// Two tiles of each operand, which take turns; afterwards the tile of the product, once for each group of threads.
template <typename T, typename Form>
struct TileMemory {
    static constexpr int row_pitch = Form::rows + Pack<T>::size, column_pitch = Form::columns + Pack<T>::size;
    static constexpr int left = Form::depth * row_pitch, right = Form::depth * column_pitch;
    static constexpr int area = Form::rows * Form::columns, sums = area * Form::groups;
    static constexpr int elements = 2 * (left + right) > sums ? 2 * (left + right) : sums;
};

template <typename T>
constexpr int most_tile_elements() {
    int most = TileMemory<T, cuda::Medium>::elements;
    for (const int other : {TileMemory<T, cuda::Small>::elements, TileMemory<T, cuda::Narrow>::elements})
        most = most < other ? other : most;
    const int large = sizeof(T) == 4 ? TileMemory<T, cuda::Large>::elements : 0;
    return most < large ? large : most;
}

// The tile, row by row, and memory of each thread for sums of columns.
template <typename T>
inline T *tile_memory() {
    TDSL_SHARED Pack<T> memory[most_tile_elements<T>() / Pack<T>::size];
    return memory->at;
}
template <typename T>
inline T *thread_memory() {
    TDSL_SHARED T memory[block_threads];
    return memory;
}

// Where a tile lies in the product, and the range of its depth.
struct TilePlace {
    int64_t row, column;
    int64_t rows, columns;  // that the product still has there; the tile may have more
    int64_t top, bottom;
};

// The elements [begin, end) of a direction that a thread holds are spread as packs, so that the threads of a warp read
// neighbouring packs.
template <typename T, int count, int extent>
struct Fragment {
    static constexpr int packs = count / Pack<T>::size, step = extent / packs;

    static TDSL_INLINE void read(const T *from, T (&to)[count]) {
        TDSL_UNROLL_ALL
        for (int pack = 0; pack < packs; ++pack) {
            const Pack<T> read = *reinterpret_cast<const Pack<T> *>(from + pack * step);
            TDSL_UNROLL_ALL
            for (int each = 0; each < Pack<T>::size; ++each) to[pack * Pack<T>::size + each] = read.at[each];
        }
    }
    static constexpr int place(int number) { return number / Pack<T>::size * step + number % Pack<T>::size; }
};

template <typename T, typename Form, typename Panel>
TDSL_INLINE void form_tile(const Panel &a, const Panel &b, const TilePlace &place) {
    using Memory = TileMemory<T, Form>;
    using Left = Fragment<T, Form::thread_rows, Form::rows>;
    using Right = Fragment<T, Form::thread_columns, Form::columns>;
    constexpr int across = Form::columns / Form::thread_columns, down = Form::rows / Form::thread_rows;
    constexpr int group_depth = Form::depth / Form::groups;
    static_assert(across * down * Form::groups == block_threads, "each thread has its part");
    T *const memory = tile_memory<T>();
    const int group = thread_index() / (across * down), member = thread_index() % (across * down);
    const int row = member / across * Pack<T>::size, column = member % across * Pack<T>::size;

    Loader<true, T, PanelTile<Form::rows, Form::depth, Memory::row_pitch>, Panel> left(
        a, place.row, place.rows, place.top, place.bottom);
    Loader<false, T, PanelTile<Form::columns, Form::depth, Memory::column_pitch>, Panel> right(
        b, place.column, place.columns, place.top, place.bottom);
    T sums[Form::thread_rows][Form::thread_columns] = {};
    int64_t rest = place.bottom - place.top;
    left.load(rest), right.load(rest);
    left.store(memory), right.store(memory + 2 * Memory::left);
    barrier();
    for (int turn = 0; rest > 0; rest -= Form::depth, turn ^= 1) {
        const bool goes_on = rest > Form::depth;
        if (goes_on) left.load(rest - Form::depth), right.load(rest - Form::depth);
        const T *const rows = memory + turn * Memory::left + group * group_depth * Memory::row_pitch + row;
        const T *const columns =
            memory + 2 * Memory::left + turn * Memory::right + group * group_depth * Memory::column_pitch + column;
        TDSL_UNROLL(2)  // more would take too many registers
        for (int deep = 0; deep < group_depth; ++deep) {
            T x[Form::thread_rows], y[Form::thread_columns];
            Left::read(rows + deep * Memory::row_pitch, x);
            Right::read(columns + deep * Memory::column_pitch, y);
            TDSL_UNROLL_ALL
            for (int i = 0; i < Form::thread_rows; ++i)
                TDSL_UNROLL_ALL
                for (int j = 0; j < Form::thread_columns; ++j) sums[i][j] = multiply_add(x[i], y[j], sums[i][j]);
        }
        if (goes_on) {
            left.store(memory + (turn ^ 1) * Memory::left);
            right.store(memory + 2 * Memory::left + (turn ^ 1) * Memory::right);
            left.prepare(), right.prepare();
        }
        barrier();
    }

    T *const own = memory + group * Memory::area + row * Form::columns + column;
    TDSL_UNROLL_ALL
    for (int i = 0; i < Form::thread_rows; ++i)
        TDSL_UNROLL_ALL
        for (int j = 0; j < Form::thread_columns; ++j)
            own[Left::place(i) * Form::columns + Right::place(j)] = sums[i][j];
    if constexpr (Form::groups > 1) {
        barrier();
        for (int each = thread_index(); each < Memory::area; each += block_threads) {
            T total = memory[each];
            TDSL_UNROLL_ALL
            for (int other = 1; other < Form::groups; ++other)
                total = add(total, memory[other * Memory::area + each]);
            memory[each] = total;
        }
    }
}

// A matrix times a vector: each warp sums two rows along the depth, or, if rows are neighbours in memory, each group of
// 16 threads sums all rows of the tile at every 16th depth.
template <typename T, typename Panel>
TDSL_INLINE void vector_tile(const Panel &a, const Panel &x, const TilePlace &place, int64_t first, int64_t count) {
    constexpr int length = cuda::vector_length, rows = length / block_warps, slices = block_threads / length;
    T *const memory = tile_memory<T>();
    if (a.is_deep()) {
        T sums[rows] = {};
        const int row = warp_index() * rows;
        TDSL_UNROLL(4)
        for (int64_t deep = place.top + lane_index(); deep < place.bottom; deep += warp_threads) {
            const T factor = x.at(0, deep);
            TDSL_UNROLL_ALL
            for (int each = 0; each < rows; ++each)
                if (row + each < count) sums[each] = multiply_add(a.at(first + row + each, deep), factor, sums[each]);
        }
        TDSL_UNROLL_ALL
        for (int each = 0; each < rows; ++each) {
            TDSL_UNROLL_ALL
            for (int mask = warp_threads / 2; mask > 0; mask /= 2)
                sums[each] = add(sums[each], shuffle_xor(sums[each], mask));
            if (lane_index() == 0) memory[row + each] = sums[each];
        }
        return;
    }
    const int row = thread_index() % length, slice = thread_index() / length;
    T sum = T(0);
    if (row < count) {
        TDSL_UNROLL(4)
        for (int64_t deep = place.top + slice; deep < place.bottom; deep += slices)
            sum = multiply_add(a.at(first + row, deep), x.at(0, deep), sum);
    }
    memory[length + thread_index()] = sum;
    barrier();
    if (slice == 0) {
        for (int other = 1; other < slices; ++other) sum = add(sum, memory[length + other * length + row]);
        memory[row] = sum;
    }
}

inline TilePlace &tile_place() {
    TDSL_SHARED TilePlace place;
    return place;
}

// Of the kept panels, the tile at tile_place(): arguments would take registers.
template <typename T, typename Panel>
TDSL_NOINLINE inline void compute_tile(cuda::GemmForm form) {
    using cuda::GemmForm;
    const Panel &a = kept_panel<true, Panel>(), &b = kept_panel<false, Panel>();
    const TilePlace &place = tile_place();
    switch (form) {
    case GemmForm::large:
        if constexpr (sizeof(T) == 4) form_tile<T, cuda::Large>(a, b, place);
        break;
    case GemmForm::medium: form_tile<T, cuda::Medium>(a, b, place); break;
    case GemmForm::small: form_tile<T, cuda::Small>(a, b, place); break;
    case GemmForm::narrow: form_tile<T, cuda::Narrow>(a, b, place); break;
    case GemmForm::row: vector_tile<T>(b, a, place, place.column, place.columns); break;
    case GemmForm::column: vector_tile<T>(a, b, place, place.row, place.rows); break;
    }
}

}  // namespace tdsl

#endif
