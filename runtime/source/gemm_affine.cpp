// The products of tdsl/gemm.hpp whose operands are no matrices: packing reads them through tables of offsets.
#include "gemm_choice.hpp"

namespace tdsl {
namespace {

// The offset of each number along some axes, one after the other.
int64_t *fill_offsets(std::initializer_list<Axis> axes, int64_t count, int64_t *to) {
    if (count <= 0) return to;
    *to = 0;
    int64_t filled = 1;
    for (const Axis *axis = axes.end(); axis-- != axes.begin(); filled *= axis->size)
        for (int64_t number = filled; number < filled * axis->size; ++number)
            to[number] = to[number - filled] + axis->step;
    return to + count;
}

template <typename T, typename To>
void affine_into(int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, To target) {
    int64_t *const a_rows = thread_buffer<int64_t>(Purpose::offsets, m + k + k + n);
    int64_t *const a_columns = fill_offsets(a.rows, m, a_rows), *const b_rows = fill_offsets(a.columns, k, a_columns);
    int64_t *const b_columns = fill_offsets(b.rows, k, b_rows);
    fill_offsets(b.columns, n, b_columns);
    const AffineOperand<T> left{a.data, a.row, a.column, a_rows, a_columns, a.kept};
    into(m, n, k, left, AffineOperand<T>{b.data, b.row, b.column, b_rows, b_columns, b.kept}, target);
}

}  // namespace

#define TDSL_DEFINE_GEMM(T)                                                                          \
    void gemm_into(int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, T *c, int64_t c_row) { \
        affine_into(m, n, k, a, b, Target<T>(c, c_row));                                             \
    }                                                                                                \
    void gemm_into(int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, Epilogue<T> epilogue) { \
        affine_into(m, n, k, a, b, Target<T>(epilogue, n));                                          \
    }
#ifdef TDSL_TYPE  // for this type only
TDSL_DEFINE_GEMM(TDSL_TYPE)
#else
TDSL_DEFINE_GEMM(float)
TDSL_DEFINE_GEMM(double)
TDSL_DEFINE_GEMM(int32_t)
TDSL_DEFINE_GEMM(int64_t)
#endif

}  // namespace tdsl
