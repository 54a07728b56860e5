// The packed, blocked product for floats.
//
// All threads together pack one operand, and those that are kept; then each task packs its part of the other and runs
// the register kernel over both.  The operand and the size of tasks may depend on the number of threads: every element
// of C is summed over k in the same order.
#ifndef TDSL_SOURCE_GEMM_BLOCKED_HPP
#define TDSL_SOURCE_GEMM_BLOCKED_HPP

#include "caches.hpp"
#include "gemm_pack.hpp"
#include "gemm_target.hpp"
#include "gemm_tile.hpp"
#include "guided.hpp"

#include <algorithm>

namespace tdsl {

// Block sizes of a thread.  Some tiles of A and a panel of B, or some panels and a tile, fill somewhat more than half
// of the L2 cache.  Sums run over depth in one order, however deep blocks are.
template <typename T>
struct BlockSizes {
    int64_t depth, tiles, panels;
    int64_t kept;  // up to so many elements of A are read again for every panel of B

    explicit BlockSizes(const Caches &caches) {
        constexpr int64_t width = 2 * lane_count<T>, least_tiles = 8, least_panels = 4, least = 64, most = 1024;
        const int64_t available = caches.second / 16 * 9 / static_cast<int64_t>(sizeof(T));
        depth = std::clamp(available / (least_tiles * tile_rows + width) & -16, least, most);
        tiles = std::clamp((available / depth - width) / tile_rows, least_tiles, most_tiles);
        panels = std::clamp((available / depth - tile_rows) / width, least_panels, most_panels);
        kept = caches.second / static_cast<int64_t>(sizeof(T));
    }

    static constexpr int64_t most_tiles = 32, most_panels = 16;
};

template <typename T, template <typename> typename Operand>
class BlockedProduct {
public:
    BlockedProduct(int64_t m, int64_t n, int64_t k, Operand<T> a, Operand<T> b, Target<T> &target)
        : m_(m), n_(n), k_(k), a_(a), b_(b), target_(target), blocks_(caches()),
          depth_(ceil_div(k, ceil_div(k, blocks_.depth))),
          vectors_(m <= tile_rows / 4 ? 8 : m <= tile_rows / 2 ? 4 : 2), width_(vectors_ * lane_count<T>),
          tiles_(ceil_div(m, tile_rows)), height_(ceil_div(m, tiles_)),
          keeps_a_(is_kept(a, m * k)), keeps_b_(is_kept(b, n * k)), a_in_place_(reads_a_in_place()),
          b_in_place_(reads_b_in_place()),
          by_columns_(goes_by_columns()),
          whole_(tile_kernel<T>(height_, vectors_)) {}

    void run() {
        target_.begin(target_.is_transposed() ? ceil_div(n_, width_) : tiles_);
        const bool all_at_once = by_columns_ || b_in_place_ || keeps_b_;
        const int64_t at_once = all_at_once ? n_ : std::max<int64_t>(1, packed_elements / k_ / width_) * width_;
        for (first_column_ = 0; first_column_ < n_; first_column_ += at_once) {
            end_column_ = std::min(n_, first_column_ + at_once);
            const int64_t panels = ceil_div(end_column_ - first_column_, width_);
            if (keeps_a_ || (by_columns_ && !a_in_place_)) {
                const int64_t elements = tiles_ * panel_stride<T>(tile_rows * k_) + lane_count<T>;
                packed_a_ = packed_panels<T>(keeps_a_ ? a_.kept : nullptr, height_, elements, [&](T *to) {
                    pack_by_all(transposed(a_), m_, height_, tile_rows, to);
                });
            }
            if (keeps_b_ || (!by_columns_ && !b_in_place_)) {
                const int64_t elements = panels * panel_stride<T>(width_ * k_);
                packed_b_ = packed_panels<T>(keeps_b_ ? b_.kept : nullptr, width_, elements, [&](T *to) {
                    pack_by_all(part_at(b_, 0, first_column_), end_column_ - first_column_, width_, width_, to);
                });
            }
            if (by_columns_) {
                parallel_guided_ranges(panels, 1, [&](int64_t first, int64_t last) {
                    for (; first < last; first += blocks_.panels)
                        columns(first, std::min(last, first + blocks_.panels));
                });
            } else {
                parallel_guided_ranges(tiles_, 1, [&](int64_t first, int64_t last) {
                    for (; first < last; first += blocks_.tiles)
                        rows(first, std::min(last, first + blocks_.tiles), panels);
                });
            }
        }
    }

private:
    static constexpr int64_t packed_elements = 1 << 21;      // at once
    static constexpr int64_t unpacked_tiles = 5, unpacked_panels = 4;  // too few to pack the other operand for
    static constexpr int64_t conflicting_tiles = 2, some_panels = 16;
    static constexpr int64_t deep = 64;  // enough to amortise the set-up of a kernel that reads A in place

    // Reading A in place costs a few percent of the time.  Packing it costs about as much as multiplying some panels of
    // B, and threads wait for each other.
    bool reads_a_in_place() const {
        if (is_affine<Operand<T>> || keeps_a_) return false;
        if (n_ <= unpacked_panels * width_) return a_.column == 1 || a_.row == 1;
        return a_.column == 1 && k_ >= deep && !has_set_conflicts<T>(a_.row) &&
               (n_ <= some_panels * width_ || m_ * k_ <= blocks_.kept);
    }

    bool reads_b_in_place() const {
        return !is_affine<Operand<T>> && !keeps_b_ && b_.column == 1 && n_ >= width_ &&
               tiles_ <= (has_set_conflicts<T>(b_.row) ? conflicting_tiles : unpacked_tiles);
    }

    // Whether tasks are panels of B, each packed by its own task, rather than tiles of A: A is small enough to be read
    // again for every panel, and there are enough panels.
    bool goes_by_columns() const {
        const int64_t panels = ceil_div(n_, width_), threads = tdsl_threads();
        if (tiles_ >= 4 * threads)
            return m_ * k_ <= (a_in_place_ ? packed_elements : blocks_.kept) && panels >= 4 * threads;
        return tiles_ < panels || n_ % (threads * width_) == 0 || (!b_in_place_ && panels >= 2 * threads);
    }

    // Packs a whole operand.  Each task packs contiguous memory: some rows of all panels, or whole panels.
    void pack_by_all(Operand<T> whole, int64_t columns, int64_t each, int64_t width, T *to) const {
        constexpr int64_t rows = 16, least = 4, most = 8;
        const int64_t step = panel_stride<T>(width * k_);
        if (whole.column == 1)
            return parallel_guided_ranges(ceil_div(k_, rows), 1, [&](int64_t first, int64_t last) {
                const int64_t top = first * rows, depth = std::min(k_, last * rows) - top;
                pack_panels(part_at(whole, top, 0), depth, columns, each, width, to + top * width, step);
            });
        parallel_guided_ranges(ceil_div(columns, each), least, [&](int64_t first, int64_t last) {
            for (; first < last; first += most) {
                const int64_t column = first * each, end = std::min(columns, std::min(last, first + most) * each);
                pack_panels(part_at(whole, 0, column), k_, end - column, each, width, to + first * step, step);
            }
        });
    }

    int64_t rows_of(int64_t tile) const { return std::min(height_, m_ - tile * height_); }
    int64_t columns_of(int64_t panel) const { return std::min(width_, end_column_ - first_column_ - panel * width_); }

    const T *a_at(int64_t tile, int64_t top) const { return a_.data + tile * height_ * a_.row + top * a_.column; }
    const T *b_at(int64_t panel, int64_t top) const {
        return b_.data + top * b_.row + (first_column_ + panel * width_) * b_.column;
    }

    // Null unless the whole operand is packed.
    const T *packed_a_at(int64_t tile, int64_t top) const {
        return packed_a_ ? packed_a_ + tile * panel_stride<T>(tile_rows * k_) + top * tile_rows : nullptr;
    }
    const T *packed_b_at(int64_t panel, int64_t top) const {
        return packed_b_ ? packed_b_ + panel * panel_stride<T>(width_ * k_) + top * width_ : nullptr;
    }

    // The number of columns that a panel shares with the one before: a panel that is read in place always has its full
    // width.
    int64_t overlap_of(int64_t panel) const { return b_in_place_ ? width_ - columns_of(panel) : 0; }

    // Whether a panel of B is read through the tables of offsets: its columns are neighbours, as a part of a row of an
    // image is, and there are few tiles to pack it for.
    bool is_run(int64_t panel) const {
        if constexpr (!is_affine<Operand<T>>) return false;
        else
            return tiles_ <= unpacked_tiles && vectors_ == 2 && packed_a_ && columns_of(panel) == width_ &&
                   unit_run(b_.columns + first_column_ + panel * width_, width_) == width_;
    }

    void pack_a(int64_t first, int64_t last, int64_t top, int64_t depth, T *to) const {
        const int64_t count = std::min(last * height_, m_) - first * height_;
        pack_panels(transposed(part_at(a_, first * height_, top)), depth, count, height_, tile_rows, to,
                    panel_stride<T>(tile_rows * depth));
    }

    void pack_b(int64_t first, int64_t last, int64_t top, int64_t depth, T *to) const {
        const int64_t count = std::min(first_column_ + last * width_, end_column_) - (first_column_ + first * width_);
        pack_panels(part_at(b_, top, first_column_ + first * width_), depth, count, width_, width_, to,
                    panel_stride<T>(width_ * depth));
    }

    // Some tiles of rows over all panels.
    void rows(int64_t first, int64_t last, int64_t panels) const {
        // Enough for any task, so that later calls allocate nothing.
        const int64_t most_rows = blocks_.tiles * tile_rows, a_step = panel_stride<T>(tile_rows * depth_);
        const int64_t most_a = blocks_.tiles * a_step + lane_count<T>;
        T *const packed = a_in_place_ || packed_a_ ? nullptr : thread_buffer<T>(Purpose::packed_a, most_a);
        const int64_t sums_row = panels * width_;
        T *const sums = needs_sums() ? thread_buffer<T>(Purpose::sums, most_rows * sums_row) : nullptr;
        for (int64_t top = 0; top < k_; top += depth_) {
            const int64_t depth = std::min(depth_, k_ - top);
            const int64_t step = panel_stride<T>(tile_rows * depth);
            if (packed) pack_a(first, last, top, depth, packed);
            for (int64_t panel = 0; panel < panels; ++panel)
                for (int64_t tile = first; tile < last; ++tile)
                    multiply(tile, panel, top, depth,
                             packed ? packed + (tile - first) * step : packed_a_at(tile, top), packed_b_at(panel, top),
                             sums + (tile - first) * tile_rows * sums_row + panel * width_, sums_row);
        }
    }

    // Some panels of columns over all tiles.
    void columns(int64_t first, int64_t last) const {
        const bool packs = !b_in_place_ && !packed_b_;
        const int64_t most_b = blocks_.panels * panel_stride<T>(width_ * depth_);
        T *const packed = packs ? thread_buffer<T>(Purpose::packed_a, most_b) : nullptr;
        const int64_t sums_row = (last - first) * width_;
        const int64_t most_sums = tiles_ * tile_rows * blocks_.panels * width_;
        T *const sums = needs_sums() ? thread_buffer<T>(Purpose::sums, most_sums) : nullptr;
        bool runs[BlockSizes<T>::most_panels];
        for (int64_t panel = first; panel < last; ++panel) runs[panel - first] = packs && is_run(panel);
        for (int64_t top = 0; top < k_; top += depth_) {
            const int64_t depth = std::min(depth_, k_ - top);
            const int64_t step = panel_stride<T>(width_ * depth);
            for (int64_t panel = first, end; packs && panel < last; panel = end + 1) {
                for (end = panel; end < last && !runs[end - first]; ++end) {}
                if (panel < end) pack_b(panel, end, top, depth, packed + (panel - first) * step);
            }
            for (int64_t tile = 0; tile < tiles_; ++tile)
                for (int64_t panel = first; panel < last; ++panel)
                    multiply(tile, panel, top, depth, packed_a_at(tile, top),
                             !packs ? packed_b_at(panel, top)
                             : runs[panel - first] ? nullptr
                                                   : packed + (panel - first) * step,
                             sums + tile * tile_rows * sums_row + (panel - first) * width_, sums_row);
        }
    }

    static int64_t vectors_for(int64_t columns) {
        int64_t vectors = 1;
        while (vectors * lane_count<T> < columns) vectors *= 2;
        return vectors;
    }

    bool needs_sums() const { return depth_ < k_; }

    // One tile of C over one block of depth, from packed operands or from operands read in place.  `sums` holds the
    // tile between blocks.
    void multiply(int64_t tile, int64_t panel, int64_t top, int64_t depth, const T *packed_a, const T *packed_b,
                  T *sums, int64_t sums_row) const {
        const int64_t i = tile * height_, j = first_column_ + panel * width_;
        const int64_t count = rows_of(tile), across = columns_of(panel);
        const bool packed = packed_a;
        const RowPanel<T> a_panel{packed ? packed_a : a_at(tile, top), packed ? 1 : a_.row,
                            packed ? tile_rows : a_.column};
        const int64_t overlap = overlap_of(panel), b_row = b_in_place_ ? b_.row : width_;
        const T *const b_panel = b_in_place_ ? b_at(panel, top) - overlap : packed_b;
        const T *const from = top ? sums : nullptr;
        if (packed && across + overlap < width_ && is_better_transposed(count, across))
            return multiply_transposed(tile, panel, top, depth, packed_a, packed_b, from, sums, sums_row);
        const int64_t vectors = across + overlap == width_ ? vectors_ : vectors_for(across);
        const TileKernel<T> kernel = count == height_ && vectors == vectors_ ? whole_ : tile_kernel<T>(count, vectors);
        const auto run = [&](const T *before, int64_t before_row, T *to, int64_t to_row) {
            if constexpr (is_affine<Operand<T>>)
                if (!packed_b) {
                    const RowsAt<T> rows{b_.data + b_.columns[j], b_.rows + top};
                    return offset_kernel<T>(count)(depth, packed_a, rows, before, before_row, to, to_row);
                }
            kernel(depth, a_panel, b_panel, b_row, before, before_row, to, to_row);
        };
        if (target_.is_plain() && across == vectors * lane_count<T>) {
            T *const to = target_.at(i, j);
            return run(top ? to : nullptr, target_.row(), to, target_.row());
        }
        if (top + depth < k_) return run(from, sums_row, sums, sums_row);
        alignas(vector_bytes) T done[2 * lane_count<T> * tile_rows];
        const int64_t row = vectors * lane_count<T>;
        run(from, sums_row, done, row);
        target_.consume(target_.is_transposed() ? j / width_ : tile, i, j, count, across, done + overlap, row);
    }

    // Whether a narrow tile takes fewer steps transposed: its columns as rows, and vectors across the rows of A.
    bool is_better_transposed(int64_t rows, int64_t columns) const {
        const int64_t vectors = vectors_for(rows);
        return columns <= tile_rows && vectors <= vectors_ && columns * vectors < rows * vectors_for(columns);
    }

    // Vectors may read beyond the rows of A, into the next depth or the padding behind the last.
    void multiply_transposed(int64_t tile, int64_t panel, int64_t top, int64_t depth, const T *packed_a,
                             const T *packed_b, const T *from, T *sums, int64_t sums_row) const {
        const int64_t count = rows_of(tile), across = columns_of(panel), vectors = vectors_for(count);
        const TileKernel<T> kernel = tile_kernel<T>(across, vectors);
        const RowPanel<T> b_panel{packed_b, 1, width_};
        if (top + depth < k_) return kernel(depth, b_panel, packed_a, tile_rows, from, sums_row, sums, sums_row);
        alignas(vector_bytes) T transposed[2 * lane_count<T> * tile_rows], done[tile_rows * tile_rows];
        const int64_t row = vectors * lane_count<T>;
        kernel(depth, b_panel, packed_a, tile_rows, from, sums_row, transposed, row);
        for (int64_t r = 0; r < count; ++r)
            for (int64_t c = 0; c < across; ++c) done[r * across + c] = transposed[c * row + r];
        const int64_t i = tile * height_, j = first_column_ + panel * width_;
        target_.consume(target_.is_transposed() ? j / width_ : tile, i, j, count, across, done, across);
    }

    const int64_t m_, n_, k_;
    const Operand<T> a_, b_;
    Target<T> &target_;
    const BlockSizes<T> blocks_;
    const int64_t depth_, vectors_, width_, tiles_, height_;
    const bool keeps_a_, keeps_b_, a_in_place_, b_in_place_, by_columns_;
    const TileKernel<T> whole_;
    int64_t first_column_ = 0, end_column_ = 0;
    const T *packed_a_ = nullptr, *packed_b_ = nullptr;
};

}  // namespace tdsl

#endif
