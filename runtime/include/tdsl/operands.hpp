// Operands of matrix products.  They have any strides, so a transpose is free.
#ifndef TDSL_OPERANDS_HPP
#define TDSL_OPERANDS_HPP

#include <cstdint>
#include <initializer_list>

namespace tdsl {

// Memory of the thread for an operand that stays the same through the steps of a loop: the first product packs it.
struct Kept {
    int32_t number;
    int64_t width = 0;  // of its panels, once it is packed
};

// Element (i, j) is data[i * row + j * column].
template <typename T>
struct Matrix {
    const T *data;
    int64_t row, column;
    Kept *kept = nullptr;

    inline T at(int64_t i, int64_t j) const { return data[i * row + j * column]; }
};

struct Axis {
    int64_t size, step;
};

// The offset of the element with this number along some axes, the last of which is walked first.
inline int64_t offset(std::initializer_list<Axis> axes, int64_t number) {
    int64_t total = 0;
    for (const Axis *axis = axes.end(); axis-- != axes.begin(); number /= axis->size)
        total += number % axis->size * axis->step;
    return total;
}

// Elements that are no matrix in memory: rows and columns are walked along several axes each, and may overlap.  The
// strides `row` and `column` are those of a copy: sums have the order that they have with a copy.
template <typename T>
struct Affine {
    const T *data;
    int64_t row, column;
    std::initializer_list<Axis> rows, columns;
    Kept *kept = nullptr;

    inline T at(int64_t i, int64_t j) const { return data[offset(rows, i) + offset(columns, j)]; }
};

}  // namespace tdsl

#endif
