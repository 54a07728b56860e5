// Where a product goes: into C, or part by part to the caller's body.
#ifndef TDSL_SOURCE_GEMM_TARGET_HPP
#define TDSL_SOURCE_GEMM_TARGET_HPP

#include "buffer.hpp"
#include "tdsl/gemm.hpp"
#include "vector.hpp"

#include <algorithm>

namespace tdsl {

constexpr int most_vectors = 8;  // across a tile of few rows; a tile of tile_rows is two vectors wide

// Parts are handed over once each, in any order and by any thread.  What they sum by columns is kept apart for each
// part of the rows and added up at the end as a tree, so it is the same for any number of threads.
template <typename T>
class Target {
public:
    Target(T *c, int64_t row) : c_(c), row_(row) {}
    Target(Finish<T> finish, int64_t columns) : finish_(finish), columns_(columns) {}

    // From here on the operands are exchanged: what is handed over is a part of C transposed.
    void turn() { turned_ = true; }
    bool is_turned() const { return turned_; }

    // Whether a tile may be stored where it belongs.
    bool is_plain() const { return c_ && !turned_; }
    T *at(int64_t i, int64_t j) const { return c_ + i * row_ + j; }
    int64_t row() const { return row_; }
    bool is_stored() const { return c_; }

    // How many parts of the rows there will be.
    void begin(int64_t parts) {
        parts_ = parts;
        if (finish_.totals) partial_ = thread_buffer<T>(Purpose::parts, parts * columns_);
    }

    void take(int64_t part, int64_t i, int64_t j, int64_t rows, int64_t columns, const T *values, int64_t row) const {
        if (!turned_) return take_straight(part, i, j, rows, columns, values, row);
        T swapped[most_vectors * lane_count<T> * 2 * tile_rows];
        for (int64_t column = 0; column < columns; ++column)
            for (int64_t r = 0; r < rows; ++r) swapped[column * rows + r] = values[r * row + column];
        take_straight(part, j, i, columns, rows, swapped, rows);
    }

    void end() const {
        if (!finish_.totals) return;
        for (int64_t step = 1; step < parts_; step *= 2)
            for (int64_t part = 0; part + step < parts_; part += 2 * step) {
                T *const to = partial_ + part * columns_, *const from = to + step * columns_;
                for (int64_t j = 0; j < columns_; ++j) to[j] += from[j];
            }
        for (int64_t j = 0; j < columns_; ++j) finish_.totals[j] = parts_ ? partial_[j] : T(0);
    }

private:
    void take_straight(int64_t part, int64_t i, int64_t j, int64_t rows, int64_t columns, const T *values,
                       int64_t row) const {
        if (c_) {
            for (int64_t r = 0; r < rows; ++r) std::copy_n(values + r * row, columns, at(i + r, j));
            return;
        }
        T *const sums = finish_.totals ? partial_ + part * columns_ + j : nullptr;
        finish_.run(finish_.body, i, j, rows, columns, values, row, sums);
    }

    T *c_ = nullptr;
    int64_t row_ = 0;
    Finish<T> finish_{};
    int64_t columns_ = 0, parts_ = 0;
    T *partial_ = nullptr;
    bool turned_ = false;
};

}  // namespace tdsl

#endif
