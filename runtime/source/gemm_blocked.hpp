// The packed, blocked product for floats.
//
// One operand is packed once by all threads; then tasks pack their part of the other and run the register kernel over
// all of it.  Which is which, and how large tasks are, may depend on the number of threads: every element of C is
// summed over k in the same order.
#ifndef TDSL_SOURCE_GEMM_BLOCKED_HPP
#define TDSL_SOURCE_GEMM_BLOCKED_HPP

#include "caches.hpp"
#include "gemm_pack.hpp"
#include "gemm_target.hpp"
#include "gemm_tile.hpp"
#include "parts.hpp"

#include <algorithm>

namespace tdsl {

// How much of the operands a thread takes at once.  Some tiles of A and a panel of B, or the other way round, fill
// somewhat more than half of the second cache; sums run over depth in one order, however deep blocks are.
template <typename T>
struct Blocks {
    int64_t depth, tiles, panels, kept;  // of A, that many elements are read again for every panel of B

    explicit Blocks(const Caches &caches) {
        constexpr int64_t width = 2 * lane_count<T>, least_tiles = 8, least_panels = 4, least = 64, most = 1024;
        const int64_t room = caches.second / 16 * 9 / static_cast<int64_t>(sizeof(T));
        depth = std::clamp(room / (least_tiles * tile_rows + width) & -16, least, most);
        tiles = std::clamp((room / depth - width) / tile_rows, least_tiles, most_tiles);
        panels = std::clamp((room / depth - tile_rows) / width, least_panels, most_panels);
        kept = caches.second / static_cast<int64_t>(sizeof(T));
    }

private:
    static constexpr int64_t most_tiles = 32, most_panels = 16;
};

template <typename T>
class Blocked {
public:
    Blocked(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target)
        : m_(m), n_(n), k_(k), a_(a), b_(b), target_(target), blocks_(caches()),
          depth_(pieces(k, pieces(k, blocks_.depth))),
          vectors_(m <= tile_rows / 4 ? 8 : m <= tile_rows / 2 ? 4 : 2), width_(vectors_ * lane_count<T>),
          tiles_(pieces(m, tile_rows)), height_(pieces(m, tiles_)),
          left_in_place_(left_is_read_in_place()),
          right_in_place_(b.column == 1 && n >= width_ && tiles_ <= (is_crowded<T>(b.row) ? crowded_tiles : few_tiles)),
          by_columns_(goes_by_columns()),
          whole_(tile_kernel<T>(height_, vectors_)) {}

    void run() {
        target_.begin(target_.is_turned() ? pieces(n_, width_) : tiles_);
        const bool all_at_once = by_columns_ || right_in_place_;
        const int64_t at_once = all_at_once ? n_ : std::max<int64_t>(1, packed_elements / k_ / width_) * width_;
        for (left_ = 0; left_ < n_; left_ += at_once) {
            right_ = std::min(n_, left_ + at_once);
            const int64_t panels = pieces(right_ - left_, width_);
            if (by_columns_) {
                if (!left_in_place_) {
                    shared_ = thread_buffer<T>(Purpose::right, tiles_ * apart<T>(tile_rows * k_) + lane_count<T>);
                    pack_by_all(Matrix<T>{a_.data, a_.column, a_.row}, m_, height_, tile_rows);
                }
                in_parts(panels, 1, [&](int64_t first, int64_t last) {
                    for (; first < last; first += blocks_.panels)
                        columns(first, std::min(last, first + blocks_.panels));
                });
            } else {
                if (!right_in_place_) {
                    shared_ = thread_buffer<T>(Purpose::right, panels * apart<T>(width_ * k_));
                    const Matrix<T> from{right_at(0, 0), b_.row, b_.column};
                    pack_by_all(from, right_ - left_, width_, width_);
                }
                in_parts(tiles_, 1, [&](int64_t first, int64_t last) {
                    for (; first < last; first += blocks_.tiles)
                        rows(first, std::min(last, first + blocks_.tiles), panels);
                });
            }
        }
    }

private:
    static constexpr int64_t packed_elements = 1 << 21;      // at once
    static constexpr int64_t few_tiles = 5, few_panels = 4;  // up to which the other operand is not worth packing
    static constexpr int64_t crowded_tiles = 2, some_panels = 16;
    static constexpr int64_t deep = 64;  // from where on the set-up of a kernel that reads A in place does not matter

    // Reading A where it lies costs some hundredths of the time; packing it, about what some panels of B take, and that
    // threads wait for each other.
    bool left_is_read_in_place() const {
        if (n_ <= few_panels * width_) return a_.column == 1 || a_.row == 1;
        return a_.column == 1 && k_ >= deep && !is_crowded<T>(a_.row) &&
               (n_ <= some_panels * width_ || m_ * k_ <= blocks_.kept);
    }

    // Whether threads take panels of B, each packing its own, rather than tiles of A: that is when A is small enough to
    // be read again for every panel, and when there are panels enough.
    bool goes_by_columns() const {
        const int64_t panels = pieces(n_, width_), threads = tdsl_threads();
        if (tiles_ >= 4 * threads)
            return m_ * k_ <= (left_in_place_ ? packed_elements : blocks_.kept) && panels >= 4 * threads;
        return tiles_ < panels || n_ % (threads * width_) == 0 || (!right_in_place_ && panels >= 2 * threads);
    }

    // The operand that all threads read, in panels.  Each packs what lies together: some rows of all panels, or panels.
    void pack_by_all(Matrix<T> from, int64_t columns, int64_t each, int64_t width) const {
        constexpr int64_t rows = 16, least = 4, most = 8;
        const int64_t step = apart<T>(width * k_);
        if (from.column == 1)
            return in_parts(pieces(k_, rows), 1, [&](int64_t first, int64_t last) {
                const int64_t top = first * rows, depth = std::min(k_, last * rows) - top;
                const Matrix<T> part{from.data + top * from.row, from.row, from.column};
                pack_panels(part, depth, columns, each, width, shared_ + top * width, step);
            });
        in_parts(pieces(columns, each), least, [&](int64_t first, int64_t last) {
            for (; first < last; first += most) {
                const int64_t left = first * each, end = std::min(columns, std::min(last, first + most) * each);
                const Matrix<T> part{from.data + left * from.column, from.row, from.column};
                pack_panels(part, k_, end - left, each, width, shared_ + first * step, step);
            }
        });
    }

    int64_t rows_of(int64_t tile) const { return std::min(height_, m_ - tile * height_); }
    int64_t columns_of(int64_t panel) const { return std::min(width_, right_ - left_ - panel * width_); }

    const T *left_at(int64_t tile, int64_t top) const { return a_.data + tile * height_ * a_.row + top * a_.column; }
    const T *right_at(int64_t panel, int64_t top) const {
        return b_.data + top * b_.row + (left_ + panel * width_) * b_.column;
    }

    // How many columns of the one before it a panel begins with: one that is read in place is never narrow.
    int64_t back_of(int64_t panel) const { return right_in_place_ ? width_ - columns_of(panel) : 0; }

    void pack_left(int64_t first, int64_t last, int64_t top, int64_t depth, T *to) const {
        const Matrix<T> from{left_at(first, top), a_.column, a_.row};
        const int64_t count = std::min(last * height_, m_) - first * height_;
        pack_panels(from, depth, count, height_, tile_rows, to, apart<T>(tile_rows * depth));
    }

    void pack_right(int64_t first, int64_t last, int64_t top, int64_t depth, T *to) const {
        const Matrix<T> from{right_at(first, top), b_.row, b_.column};
        const int64_t count = std::min(left_ + last * width_, right_) - (left_ + first * width_);
        pack_panels(from, depth, count, width_, width_, to, apart<T>(width_ * depth));
    }

    // Some tiles of rows over all panels.
    void rows(int64_t first, int64_t last, int64_t panels) const {
        // As much as any task may need, so that a later call allocates nothing.
        const int64_t most_rows = blocks_.tiles * tile_rows, left_step = apart<T>(tile_rows * depth_);
        const int64_t most_left = blocks_.tiles * left_step + lane_count<T>;
        T *const packed = left_in_place_ ? nullptr : thread_buffer<T>(Purpose::left, most_left);
        const int64_t sums_row = panels * width_;
        T *const sums = needs_sums() ? thread_buffer<T>(Purpose::sums, most_rows * sums_row) : nullptr;
        for (int64_t top = 0; top < k_; top += depth_) {
            const int64_t depth = std::min(depth_, k_ - top);
            const int64_t step = apart<T>(tile_rows * depth), right_step = apart<T>(width_ * k_);
            if (packed) pack_left(first, last, top, depth, packed);
            for (int64_t panel = 0; panel < panels; ++panel)
                for (int64_t tile = first; tile < last; ++tile)
                    multiply(tile, panel, top, depth, packed ? packed + (tile - first) * step : nullptr,
                             shared_ ? shared_ + panel * right_step + top * width_ : nullptr,
                             sums + (tile - first) * tile_rows * sums_row + panel * width_, sums_row);
        }
    }

    // Some panels of columns over all tiles.
    void columns(int64_t first, int64_t last) const {
        T *const packed = thread_buffer<T>(Purpose::left, blocks_.panels * apart<T>(width_ * depth_));
        const int64_t sums_row = (last - first) * width_;
        const int64_t most_sums = tiles_ * tile_rows * blocks_.panels * width_;
        T *const sums = needs_sums() ? thread_buffer<T>(Purpose::sums, most_sums) : nullptr;
        for (int64_t top = 0; top < k_; top += depth_) {
            const int64_t depth = std::min(depth_, k_ - top);
            const int64_t step = apart<T>(width_ * depth), left_step = apart<T>(tile_rows * k_);
            if (!right_in_place_) pack_right(first, last, top, depth, packed);
            for (int64_t tile = 0; tile < tiles_; ++tile)
                for (int64_t panel = first; panel < last; ++panel)
                    multiply(tile, panel, top, depth, shared_ ? shared_ + tile * left_step + top * tile_rows : nullptr,
                             packed + (panel - first) * step,
                             sums + tile * tile_rows * sums_row + (panel - first) * width_, sums_row);
        }
    }

    static int64_t vectors_for(int64_t columns) {
        int64_t vectors = 1;
        while (vectors * lane_count<T> < columns) vectors *= 2;
        return vectors;
    }

    bool needs_sums() const { return depth_ < k_; }

    // One tile of C over one block of depth, from packed operands unless they are read in place.  `sums` keeps the tile
    // between blocks.
    void multiply(int64_t tile, int64_t panel, int64_t top, int64_t depth, const T *packed_left, const T *packed_right,
                  T *sums, int64_t sums_row) const {
        const int64_t i = tile * height_, j = left_ + panel * width_, count = rows_of(tile), across = columns_of(panel);
        const bool packed = packed_left;
        const Strip<T> left{packed ? packed_left : left_at(tile, top), packed ? 1 : a_.row,
                            packed ? tile_rows : a_.column};
        const int64_t back = back_of(panel), right_row = right_in_place_ ? b_.row : width_;
        const T *const right = right_in_place_ ? right_at(panel, top) - back : packed_right;
        const T *const from = top ? sums : nullptr;
        if (packed && across + back < width_ && is_better_turned(count, across))
            return multiply_turned(tile, panel, top, depth, packed_left, packed_right, from, sums, sums_row);
        const int64_t vectors = across + back == width_ ? vectors_ : vectors_for(across);
        const TileKernel<T> kernel = count == height_ && vectors == vectors_ ? whole_ : tile_kernel<T>(count, vectors);
        if (target_.is_plain() && across == vectors * lane_count<T>) {
            T *const to = target_.at(i, j);
            return kernel(depth, left, right, right_row, top ? to : nullptr, target_.row(), to, target_.row());
        }
        if (top + depth < k_) return kernel(depth, left, right, right_row, from, sums_row, sums, sums_row);
        alignas(vector_bytes) T done[2 * lane_count<T> * tile_rows];
        const int64_t row = vectors * lane_count<T>;
        kernel(depth, left, right, right_row, from, sums_row, done, row);
        target_.take(target_.is_turned() ? j / width_ : tile, i, j, count, across, done + back, row);
    }

    // Whether a tile of few columns takes fewer steps as one of as many rows, across those of A.
    bool is_better_turned(int64_t rows, int64_t columns) const {
        const int64_t vectors = vectors_for(rows);
        return columns <= tile_rows && vectors <= vectors_ && columns * vectors < rows * vectors_for(columns);
    }

    // Such a tile.  Vectors may read more than the rows of A: what belongs to the next depth, or lies behind the last.
    void multiply_turned(int64_t tile, int64_t panel, int64_t top, int64_t depth, const T *packed_left,
                         const T *packed_right, const T *from, T *sums, int64_t sums_row) const {
        const int64_t count = rows_of(tile), across = columns_of(panel), vectors = vectors_for(count);
        const TileKernel<T> kernel = tile_kernel<T>(across, vectors);
        const Strip<T> left{packed_right, 1, width_};
        if (top + depth < k_) return kernel(depth, left, packed_left, tile_rows, from, sums_row, sums, sums_row);
        alignas(vector_bytes) T turned[2 * lane_count<T> * tile_rows], done[tile_rows * tile_rows];
        const int64_t row = vectors * lane_count<T>;
        kernel(depth, left, packed_left, tile_rows, from, sums_row, turned, row);
        for (int64_t r = 0; r < count; ++r)
            for (int64_t c = 0; c < across; ++c) done[r * across + c] = turned[c * row + r];
        const int64_t i = tile * height_, j = left_ + panel * width_;
        target_.take(target_.is_turned() ? j / width_ : tile, i, j, count, across, done, across);
    }

    const int64_t m_, n_, k_;
    const Matrix<T> a_, b_;
    Target<T> &target_;
    const Blocks<T> blocks_;
    const int64_t depth_, vectors_, width_, tiles_, height_;
    const bool left_in_place_, right_in_place_, by_columns_;
    const TileKernel<T> whole_;
    int64_t left_ = 0, right_ = 0;
    T *shared_ = nullptr;
};

}  // namespace tdsl

#endif
