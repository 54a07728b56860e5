// The product for floats of so little depth that C is best written row by row, from B in place.
//
// A task computes row panels, one after the other, across some columns; their part of B stays in the L2 cache.
#ifndef TDSL_SOURCE_GEMM_SHALLOW_HPP
#define TDSL_SOURCE_GEMM_SHALLOW_HPP

#include "caches.hpp"
#include "gemm_pack.hpp"
#include "gemm_target.hpp"
#include "gemm_tile.hpp"
#include "guided.hpp"

#include <algorithm>
#include <array>

namespace tdsl {

constexpr int panel_vectors = 2;

template <typename T>
constexpr int64_t panel_width = panel_vectors * int64_t{lane_count<T>};

// The columns of B in panels: element (p, j) of the first is data[p * row + j]; the next one begins `step` further on.
template <typename T>
struct Panels {
    const T *data;
    int64_t row, step;
    bool packed;
};

// Some rows of C.  The last panel begins early enough to end with the columns; packed panels have that form already.
template <typename T, int rows>
TDSL_KERNEL void multiply_row(int64_t columns, int64_t depth, RowPanel<T> a, Panels<T> b, T *to, int64_t to_row) {
    for (int64_t column = 0; column < columns; column += panel_width<T>, b.data += b.step) {
        const int64_t overlap = std::max<int64_t>(0, column + panel_width<T> - columns);
        const T *const panel = b.packed ? b.data : b.data - overlap;
        const EvenRows<T> rows_of_b{panel, b.row};
        multiply_row_panel<T, rows, panel_vectors>(depth, a, rows_of_b, nullptr, 0, to + column - overlap, to_row);
    }
}

template <typename T>
using RowKernel = void (*)(int64_t columns, int64_t depth, RowPanel<T> a, Panels<T> b, T *to, int64_t to_row);

template <typename T>
RowKernel<T> row_kernel(int64_t rows) {
    static constexpr auto kernels = []<int... R>(std::integer_sequence<int, R...>) {
        return std::array<RowKernel<T>, sizeof...(R)>{multiply_row<T, R + 1>...};
    }(std::make_integer_sequence<int, tile_rows>{});
    return kernels[static_cast<std::size_t>(rows - 1)];
}

template <typename T, template <typename> typename Operand>
class ShallowProduct {
public:
    ShallowProduct(int64_t m, int64_t n, int64_t k, Operand<T> a, Operand<T> b, Target<T> &target)
        : m_(m), n_(n), k_(k), a_(a), b_(b), target_(target), row_panels_(ceil_div(m, tile_rows)),
          height_(ceil_div(m, row_panels_)), b_in_place_(reads_b_in_place()),
          extra_(b_in_place_ ? unaligned() : 0), panels_(ceil_div(n - extra_, panel_width<T>)),
          across_(ceil_div(panels_, ceil_div(panels_, most_panels))), chunks_(ceil_div(panels_, across_)) {}

    // Whether a panel of B fits the L1 cache.
    static bool is_worth(int64_t n, int64_t k) {
        return n >= panel_width<T> && k * panel_width<T> * static_cast<int64_t>(sizeof(T)) <= caches().first;
    }

    void run() {
        target_.begin(row_panels_);
        b_panels_ = b_in_place_ ? Panels<T>{b_.data, b_.row, panel_width<T>, false} : packed();
        const bool is_kept = k_ * n_ * static_cast<int64_t>(sizeof(T)) <= caches().second / 2;
        const int64_t units = row_panels_ * chunks_;
        parallel_guided_ranges(units, is_brief() ? units : 1, [&](int64_t first, int64_t last) {
            for (int64_t unit = first; unit < last; ++unit)
                if (is_kept) multiply(unit / chunks_, unit % chunks_);
                else multiply(unit % row_panels_, unit / row_panels_);
        });
    }

private:
    static constexpr int64_t most_panels = 16;  // across a task
    static constexpr int64_t brief_work = 1 << 20, work_of_store = 8;

    bool reads_b_in_place() const {
        if (is_affine<Operand<T>> || is_kept(b_, k_ * n_)) return false;
        return b_.column == 1 && (k_ <= 2 * most_conflicting || !has_set_conflicts<T>(b_.row));
    }

    // The number of columns before the first aligned vector of B's rows, if it is the same for all rows.
    int64_t unaligned() const {
        if (b_.row * static_cast<int64_t>(sizeof(T)) % vector_bytes) return 0;
        const auto past = static_cast<int64_t>(reinterpret_cast<std::uintptr_t>(b_.data) % vector_bytes);
        return (vector_bytes - past) % vector_bytes / static_cast<int64_t>(sizeof(T));
    }

    bool is_brief() const { return m_ * n_ <= brief_work / (k_ + work_of_store); }

    Panels<T> packed() const {
        Kept *const kept = is_kept(b_, k_ * n_) ? b_.kept : nullptr;
        const T *const panels = packed_panels<T>(kept, panel_width<T>, panels_ * panel_width<T> * k_, [&](T *to) {
            parallel_guided_ranges(panels_, is_brief() ? panels_ : 1, [&](int64_t first, int64_t last) {
                for (int64_t panel = first; panel < last; ++panel) {
                    const int64_t j = std::min(panel * panel_width<T>, n_ - panel_width<T>);
                    T *const place = to + panel * panel_width<T> * k_;
                    pack_panels(part_at(b_, 0, j), k_, panel_width<T>, panel_width<T>, panel_width<T>, place, 0);
                }
            });
        });
        return Panels<T>{panels, panel_width<T>, panel_width<T> * k_, true};
    }

    void multiply(int64_t row_panel, int64_t chunk) const {
        const int64_t i = row_panel * height_, rows = std::min(height_, m_ - i), panel = chunk * across_;
        // The first chunk includes the extra columns, so that the others begin aligned.
        const int64_t end = std::min(n_, extra_ + (panel + across_) * panel_width<T>);
        const int64_t before = chunk ? extra_ : 0, j = before + panel * panel_width<T>, columns = end - j;
        const Matrix<T> part = in_memory(part_at(a_, i, 0), rows, k_);
        const RowPanel<T> a{part.data, part.row, part.column};
        Panels<T> b = b_panels_;
        b.data += before + panel * b.step;
        const RowKernel<T> kernel = row_kernel<T>(rows);
        if (target_.is_plain()) return kernel(columns, k_, a, b, target_.at(i, j), target_.row());
        T *const values = thread_buffer<T>(Purpose::sums, tile_rows * (most_panels + 1) * panel_width<T>);
        kernel(columns, k_, a, b, values, columns);
        target_.consume(row_panel, i, j, rows, columns, values, columns);
    }

    const int64_t m_, n_, k_;
    const Operand<T> a_, b_;
    Target<T> &target_;
    const int64_t row_panels_, height_;
    const bool b_in_place_;
    const int64_t extra_, panels_, across_, chunks_;
    Panels<T> b_panels_{};
};

}  // namespace tdsl

#endif
