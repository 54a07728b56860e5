// Operands of products as panels: `outer` walks the rows of A or the columns of B, `depth` the axis that both share.
// A loader copies a tile of a panel to shared memory, through registers, so that loads overlap with arithmetic.
#ifndef TDSL_CUDA_GEMM_PANEL_HPP
#define TDSL_CUDA_GEMM_PANEL_HPP

#include <cstdint>
#include <initializer_list>

#include "tdsl/attributes.hpp"
#include "tdsl/cuda/thread.hpp"
#include "tdsl/operands.hpp"

namespace tdsl {

inline int64_t magnitude(int64_t step) { return step < 0 ? -step : step; }

// Whether neighbours in memory are neighbours in depth rather than in the outer direction.
inline bool runs_deep(int64_t outer, int64_t depth) {
    return outer == 0 || (depth != 0 && magnitude(depth) < magnitude(outer));
}

template <typename T>
struct StridedPanel {
    const T *data;
    int64_t outer, depth;

    bool is_deep() const { return runs_deep(outer, depth); }
    T at(int64_t i, int64_t p) const { return data[i * outer + p * depth]; }
};

// offset() with short divisions where they suffice.
TDSL_NOINLINE inline int64_t walked(std::initializer_list<Axis> axes, int64_t number) {
    if (number >> 31) return offset(axes, number);
    int64_t total = 0;
    uint32_t rest = static_cast<uint32_t>(number);
    for (const Axis *axis = axes.end(); axis-- != axes.begin();) {
        if (axis->size > rest) return total + rest * axis->step;
        const uint32_t size = static_cast<uint32_t>(axis->size), next = rest / size;
        total += (rest - next * size) * axis->step;
        rest = next;
    }
    return total;
}

// The stride between the first two elements of a walk.
inline int64_t first_step(std::initializer_list<Axis> axes) {
    for (const Axis *axis = axes.end(); axis-- != axes.begin();)
        if (axis->size > 1) return axis->step;
    return 0;
}

template <typename T>
struct WalkedPanel {
    const T *data;
    std::initializer_list<Axis> outer, depth;

    bool is_deep() const { return runs_deep(first_step(outer), first_step(depth)); }
    T at(int64_t i, int64_t p) const { return data[walked(outer, i) + walked(depth, p)]; }
};

template <typename T>
inline StridedPanel<T> row_panel(const Matrix<T> &a) { return {a.data, a.row, a.column}; }
template <typename T>
inline StridedPanel<T> column_panel(const Matrix<T> &b) { return {b.data, b.column, b.row}; }
template <typename T>
inline WalkedPanel<T> row_panel(const Affine<T> &a) { return {a.data, a.rows, a.columns}; }
template <typename T>
inline WalkedPanel<T> column_panel(const Affine<T> &b) { return {b.data, b.columns, b.rows}; }

// A tile in shared memory, with `pitch` elements from one depth to the next.  Threads that copy along the depth are
// neighbours for at most `run` elements, as more would meet in the banks of shared memory.
template <int Extent, int Depth, int Pitch>
struct PanelTile {
    static constexpr int extent = Extent, depth = Depth, pitch = Pitch, run = depth == 16 ? 16 : 8;
    static constexpr int count = extent * depth / block_threads;  // elements that each thread copies
};

// The elements that a thread copies: each a step further along one direction.
template <typename Shape>
struct Share {
    int outer, deep, outer_step, deep_step;

    explicit Share(bool is_deep) {
        constexpr int extent = Shape::extent, run = Shape::run;
        const int thread = thread_index();
        if (!is_deep) {
            outer = thread % extent, deep = thread / extent, outer_step = 0, deep_step = block_threads / extent;
        } else if constexpr (run * extent > block_threads) {
            static_assert(run == Shape::depth, "the run is all of the depth");
            outer = thread / run, deep = thread % run, outer_step = block_threads / run, deep_step = 0;
        } else {
            outer = thread / run % extent, deep = thread % run + thread / (run * extent) * run;
            outer_step = 0, deep_step = block_threads / extent;
        }
    }
    // A bit for each element with an outer index below the limit.
    uint32_t within(int64_t limit) const {
        uint32_t bits = 0;
TDSL_UNROLL(64)
        for (int each = 0; each < Shape::count; ++each) bits |= uint32_t{outer + each * outer_step < limit} << each;
        return bits;
    }
    template <typename T>
    TDSL_INLINE void store(T *tile, const T (&held)[Shape::count]) const {
        T *const to = tile + deep * Shape::pitch + outer;
        const int step = deep_step * Shape::pitch + outer_step;
TDSL_UNROLL(64)
        for (int each = 0; each < Shape::count; ++each) to[each * step] = held[each];
    }
};

// Loads tile after tile of a panel.
template <bool is_left, typename T, typename Shape, typename Panel>
class Loader;

template <bool is_left, typename T, typename Shape>
class Loader<is_left, T, Shape, StridedPanel<T>> {
public:
    // Of `limit` rows (or columns) from `first` on, the depths from `top` on.
    Loader(const StridedPanel<T> &panel, int64_t first, int64_t limit, int64_t top, int64_t)
        : share_(panel.is_deep()), within_(share_.within(limit)),
          step_(share_.outer_step * panel.outer + share_.deep_step * panel.depth),
          advance_(Shape::depth * panel.depth), data_(panel.data),
          at_((first + share_.outer) * panel.outer + (top + share_.deep) * panel.depth) {}

    // The next tile; its depths from `rest` on are zero.
    TDSL_INLINE void load(int64_t rest) {
TDSL_UNROLL(64)
        for (int each = 0; each < Shape::count; ++each) {
            const bool exists = (within_ >> each & 1) && share_.deep + each * share_.deep_step < rest;
            held_[each] = exists ? data_[at_ + each * step_] : T(0);
        }
        at_ += advance_;
    }
    TDSL_INLINE void store(T *tile) const { share_.store(tile, held_); }
    void prepare() {}

private:
    Share<Shape> share_;
    uint32_t within_;
    int64_t step_, advance_;
    const T *data_;
    int64_t at_;
    T held_[Shape::count];
};

// Offsets of a tile's rows (or columns), and of the depths of two tiles, which take turns.  A thread divides for a few
// of them, not for each element.
struct Offsets {
    int64_t outer[128], deep[2][64];
};
template <bool is_left>
inline Offsets &shared_offsets() {
    TDSL_SHARED Offsets offsets;
    return offsets;
}

template <bool is_left, typename T, typename Shape>
class Loader<is_left, T, Shape, WalkedPanel<T>> {
public:
    Loader(const WalkedPanel<T> &panel, int64_t first, int64_t limit, int64_t top, int64_t bottom)
        : panel_(panel), share_(panel.is_deep()), within_(share_.within(limit)), next_(top), bottom_(bottom) {
        const int number = thread_index();
        if (number < Shape::extent && number < limit)
            shared_offsets<is_left>().outer[number] = walked(panel.outer, first + number);
        prepare();
        prepare();
        barrier();
    }
    TDSL_INLINE void load(int64_t rest) {
        const Offsets &offsets = shared_offsets<is_left>();
TDSL_UNROLL(64)
        for (int each = 0; each < Shape::count; ++each) {
            const int deep = share_.deep + each * share_.deep_step;
            const bool exists = (within_ >> each & 1) && deep < rest;
            const int outer = share_.outer + each * share_.outer_step;
            held_[each] = exists ? panel_.data[offsets.outer[outer] + offsets.deep[loaded_][deep]] : T(0);
        }
        loaded_ ^= 1;
    }
    TDSL_INLINE void store(T *tile) const { share_.store(tile, held_); }
    // Computes the offsets of the tile after the next; those of the last one loaded are overwritten.
    TDSL_INLINE void prepare() {
        const int number = thread_index() - (is_left ? 0 : block_threads / 2);
        if (number >= 0 && number < Shape::depth && next_ + number < bottom_)
            shared_offsets<is_left>().deep[prepared_][number] = walked(panel_.depth, next_ + number);
        next_ += Shape::depth, prepared_ ^= 1;
    }

private:
    const WalkedPanel<T> &panel_;
    Share<Shape> share_;
    uint32_t within_;
    int64_t next_, bottom_;
    int loaded_ = 0, prepared_ = 0;
    T held_[Shape::count];
};

}  // namespace tdsl

#endif
