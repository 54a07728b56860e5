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

    inline bool is_deep() const { return runs_deep(outer, depth); }
    inline T at(int64_t i, int64_t p) const { return data[i * outer + p * depth]; }
};

// A walk along some axes, the last of which is walked first.
struct Walk {
    static constexpr int most_axes = 62;  // of more than one element each: their number is below 2^63
    int count;
    Axis axes[most_axes];

    inline void keep(std::initializer_list<Axis> given) {
        count = 0;
        for (const Axis &axis : given)
            if (axis.size > 1 && count < most_axes) axes[count++] = axis;
    }
    // The stride between the first two elements.
    inline int64_t first_step() const { return count == 0 ? 0 : axes[count - 1].step; }
};

// The offset of the element with this number, by short divisions where they suffice.
TDSL_NOINLINE inline int64_t walked(const Walk &walk, int64_t number) {
    int64_t total = 0;
    int axis = walk.count;
    for (; axis > 0 && number >> 32; number /= walk.axes[axis].size)
        --axis, total += number % walk.axes[axis].size * walk.axes[axis].step;
    for (uint32_t rest = static_cast<uint32_t>(number); axis-- > 0 && rest != 0;) {
        const Axis along = walk.axes[axis];
        if (along.size > rest) return total + rest * along.step;
        const uint32_t size = static_cast<uint32_t>(along.size), next = rest / size;
        total += (rest - next * size) * along.step;
        rest = next;
    }
    return total;
}

template <typename T>
struct WalkedPanel {
    const T *data;
    Walk outer, depth;

    inline bool is_deep() const { return runs_deep(outer.first_step(), depth.first_step()); }
    inline T at(int64_t i, int64_t p) const { return data[walked(outer, i) + walked(depth, p)]; }
};

// Panels are kept in shared memory, where they take no registers; one thread fills them.
template <bool is_left, typename Panel>
inline Panel &kept_panel() {
    TDSL_SHARED Panel panel;
    return panel;
}
template <typename T>
inline void keep_rows(StridedPanel<T> &panel, const Matrix<T> &a) { panel = {a.data, a.row, a.column}; }
template <typename T>
inline void keep_columns(StridedPanel<T> &panel, const Matrix<T> &b) { panel = {b.data, b.column, b.row}; }
template <typename T>
inline void keep_rows(WalkedPanel<T> &panel, const Affine<T> &a) {
    panel.data = a.data;
    panel.outer.keep(a.rows), panel.depth.keep(a.columns);
}
template <typename T>
inline void keep_columns(WalkedPanel<T> &panel, const Affine<T> &b) {
    panel.data = b.data;
    panel.outer.keep(b.columns), panel.depth.keep(b.rows);
}

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

    inline explicit Share(bool is_deep) {
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
    // A bit for each element whose index is below the limit: the outer one, or that of its depth.
    inline uint32_t within(int64_t limit) const { return below(limit, outer, outer_step); }
    inline uint32_t above(int64_t limit) const { return below(limit, deep, deep_step); }
    static inline uint32_t below(int64_t limit, int first, int step) {
        uint32_t bits = 0;
        TDSL_UNROLL_ALL
        for (int each = 0; each < Shape::count; ++each) bits |= uint32_t{first + each * step < limit} << each;
        return bits;
    }
    template <typename T>
    TDSL_INLINE void store(T *tile, const T (&held)[Shape::count]) const {
        T *const to = tile + deep * Shape::pitch + outer;
        const int step = deep_step * Shape::pitch + outer_step;
        TDSL_UNROLL_ALL
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
    inline Loader(const StridedPanel<T> &panel, int64_t first, int64_t limit, int64_t top, int64_t)
        : share_(panel.is_deep()), within_(share_.within(limit)),
          step_(share_.outer_step * panel.outer + share_.deep_step * panel.depth),
          advance_(Shape::depth * panel.depth),
          next_(panel.data + (first + share_.outer) * panel.outer + (top + share_.deep) * panel.depth) {}

    // The next tile; its depths from `rest` on are zero.
    TDSL_INLINE void load(int64_t rest) {
        const uint32_t exists = rest >= Shape::depth ? within_ : within_ & share_.above(rest);
        const T *from = next_;
        TDSL_UNROLL_ALL
        for (int each = 0; each < Shape::count; ++each, from += step_) held_[each] = exists >> each & 1 ? *from : T(0);
        next_ += advance_;
    }
    TDSL_INLINE void store(T *tile) const { share_.store(tile, held_); }
    inline void prepare() {}

private:
    Share<Shape> share_;
    uint32_t within_;
    int64_t step_, advance_;
    const T *next_;
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
    inline Loader(const WalkedPanel<T> &panel, int64_t first, int64_t limit, int64_t top, int64_t bottom)
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
        const uint32_t exists = rest >= Shape::depth ? within_ : within_ & share_.above(rest);
        TDSL_UNROLL_ALL
        for (int each = 0; each < Shape::count; ++each) {
            const int64_t at = offsets.outer[share_.outer + each * share_.outer_step] +
                               offsets.deep[loaded_][share_.deep + each * share_.deep_step];
            held_[each] = exists >> each & 1 ? panel_.data[at] : T(0);
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
