// The output of a product: the matrix C, or an epilogue that consumes it part by part.
#ifndef TDSL_SOURCE_GEMM_TARGET_HPP
#define TDSL_SOURCE_GEMM_TARGET_HPP

#include "buffer.hpp"
#include "tdsl/gemm.hpp"
#include "vector.hpp"

#include <algorithm>

namespace tdsl {

constexpr int most_vectors = 8;  // across a tile of few rows; a tile of tile_rows is two vectors wide

// Each part is consumed once, in any order and by any thread.  Each part of the rows has column sums of its own, which
// are added pairwise at the end: the same for any number of threads.
template <typename T>
class Target {
public:
    Target(T *c, int64_t row) : c_(c), row_(row) {}
    Target(Epilogue<T> epilogue, int64_t columns) : epilogue_(epilogue), columns_(columns) {}

    // From here on parts belong to the transpose of C: the operands are exchanged.
    void transpose_output() { transposed_ = true; }
    bool is_transposed() const { return transposed_; }

    // Whether kernels may store tiles into C directly.
    bool is_plain() const { return c_ && !transposed_; }
    T *at(int64_t i, int64_t j) const { return c_ + i * row_ + j; }
    int64_t row() const { return row_; }
    bool is_stored() const { return c_; }

    // Announces how many parts of the rows there will be.
    void begin(int64_t parts) {
        parts_ = parts;
        if (epilogue_.totals) partial_ = thread_buffer<T>(Purpose::parts, parts * columns_);
    }

    void consume(int64_t part, int64_t i, int64_t j, int64_t rows, int64_t columns, const T *values,
                 int64_t row) const {
        if (!transposed_) return consume_as_is(part, i, j, rows, columns, values, row);
        T transposed[most_vectors * lane_count<T> * 2 * tile_rows];
        for (int64_t column = 0; column < columns; ++column)
            for (int64_t r = 0; r < rows; ++r) transposed[column * rows + r] = values[r * row + column];
        consume_as_is(part, j, i, columns, rows, transposed, rows);
    }

    void end() const {
        if (!epilogue_.totals) return;
        for (int64_t step = 1; step < parts_; step *= 2)
            for (int64_t part = 0; part + step < parts_; part += 2 * step) {
                T *const to = partial_ + part * columns_, *const from = to + step * columns_;
                for (int64_t j = 0; j < columns_; ++j) to[j] += from[j];
            }
        for (int64_t j = 0; j < columns_; ++j) epilogue_.totals[j] = parts_ ? partial_[j] : T(0);
    }

private:
    void consume_as_is(int64_t part, int64_t i, int64_t j, int64_t rows, int64_t columns, const T *values,
                       int64_t row) const {
        if (c_) {
            for (int64_t r = 0; r < rows; ++r) std::copy_n(values + r * row, columns, at(i + r, j));
            return;
        }
        T *const sums = epilogue_.totals ? partial_ + part * columns_ + j : nullptr;
        epilogue_.run(epilogue_.body, i, j, rows, columns, values, row, sums);
    }

    T *c_ = nullptr;
    int64_t row_ = 0;
    Epilogue<T> epilogue_{};
    int64_t columns_ = 0, parts_ = 0;
    T *partial_ = nullptr;
    bool transposed_ = false;
};

}  // namespace tdsl

#endif
