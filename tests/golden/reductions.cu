// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL sum_rows(const tdsl_launch call, int64_t n0, int64_t n1, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<float>>(call, {n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_KERNEL max_rows(const tdsl_launch call, int64_t n0, int64_t n1, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Max<float>>(call, {n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_KERNEL argmax_rows(const tdsl_launch call, int64_t n0, int64_t n1, int64_t *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::arg_reduce<tdsl::Max<float>>(call, {n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_KERNEL sum_columns(const tdsl_launch call, int64_t n0, int64_t n1, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_columns<tdsl::Sum<float>>(call, {n0}, {n1}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_KERNEL max_columns(const tdsl_launch call, int64_t n0, int64_t n1, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_columns<tdsl::Max<float>>(call, {n0}, {n1}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_KERNEL argmax_rows_2(const tdsl_launch call, int64_t n0, int64_t n1, int64_t *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::arg_reduce<tdsl::Max<float>>(call, {n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_KERNEL sum_all(const tdsl_launch call, int64_t n0, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<float>>(call, {1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_KERNEL scalar_div(const tdsl_launch call, int64_t n0, const float *p0, float *p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    p1[0] = p0[0] / tdsl::cast<float>(n0);
}

TDSL_KERNEL prod_all(const tdsl_launch call, int64_t n0, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Prod<float>>(call, {1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_KERNEL any_all_of_gt(const tdsl_launch call, int64_t n0, uint8_t *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Any<bool>>(call, {1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0] > 0.0f;
        };
    });
}

}  // namespace tdsl_unit
