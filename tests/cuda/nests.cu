// Kernels of the tests of loop nests.
#include "tdsl/cuda/device.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_rows(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, const float *p0, const float *p1,
                     float *p2) {
    if (tdsl::is_skipped(call)) return;
    tdsl::map({n0, n1, n2}, [=](int64_t i0, int64_t i1) {
        const float t0 = p0[i0 * n1 + i1];
        return [=](int64_t i2) { p2[(i0 * n1 + i1) * n2 + i2] = t0 + p1[i2]; };
    });
}

TDSL_KERNEL transpose(const tdsl_launch call, int64_t n0, int64_t n1, const float *p0, float *p1) {
    if (tdsl::is_skipped(call)) return;
    tdsl::map_tiled({n0, n1}, [=](int64_t i0) {
        return [=](int64_t i1) { p1[i0 * n1 + i1] = p0[i1 * n0 + i0]; };
    });
}

// Columns of rows at given places: each element is that of the row before it at that place, halved, and its own.
TDSL_KERNEL columns_in_order(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t places,
                             const int64_t *p0, const float *p1, float *p2) {
    if (tdsl::is_skipped(call)) return;
    tdsl::scatter_by_columns<1>(
        {n0, n1, n2},
        [=](int64_t i0, int64_t i1) {
            const int64_t t0 = i0 * places + p0[i0 * n1 + i1];
            return [=](int64_t i2) { return t0 * n2 + i2; };
        },
        [=](int64_t i0, int64_t i1) {
            const int64_t t0 = i0 * places + p0[i0 * n1 + i1];
            return [=](int64_t i2) {
                p2[t0 * n2 + i2] = 0.5f * p2[t0 * n2 + i2] + p1[(i0 * n1 + i1) * n2 + i2];
            };
        });
}

#ifndef FEW  // its template is that of elements
// The same, every other row from its end.
TDSL_KERNEL rows_in_order(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t places,
                          const int64_t *p0, const float *p1, float *p2) {
    if (tdsl::is_skipped(call)) return;
    const auto position = [=](int64_t i0, int64_t i1, int64_t i2) {
        return (i0 * places + p0[i0 * n1 + i1]) * n2 + (i1 % 2 ? n2 - 1 - i2 : i2);
    };
    tdsl::scatter_by_rows<1>(
        {n0, n1, n2},
        [=](int64_t i0, int64_t i1) { return [=](int64_t i2) { return position(i0, i1, i2); }; },
        [=](int64_t i0, int64_t i1) {
            return [=](int64_t i2) {
                const int64_t t2 = position(i0, i1, i2);
                p2[t2] = 0.5f * p2[t2] + p1[(i0 * n1 + i1) * n2 + i2];
            };
        });
}
#endif

TDSL_KERNEL elements_in_order(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t places,
                              const int64_t *p0, const float *p1, float *p2) {
    if (tdsl::is_skipped(call)) return;
    const auto position = [=](int64_t i0, int64_t i1, int64_t i2) {
        return i0 * places + (p0[i0 * n1 + i1] + i2) % places;
    };
    tdsl::scatter_by_elements<1>(
        {n0, n1, n2},
        [=](int64_t i0, int64_t i1) { return [=](int64_t i2) { return position(i0, i1, i2); }; },
        [=](int64_t i0, int64_t i1) {
            return [=](int64_t i2) {
                const int64_t t0 = position(i0, i1, i2);
                p2[t0] = 0.5f * p2[t0] + p1[(i0 * n1 + i1) * n2 + i2];
            };
        });
}

// Takes elements at places that may be wrong, and divides by numbers that may be 0.
TDSL_KERNEL faulty(const tdsl_launch call, int64_t n0, int64_t size, const int64_t *p0, const int64_t *p1,
                   const int64_t *p2, int64_t *p3) {
    if (tdsl::is_skipped(call)) return;
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p3[i0] = tdsl::floordiv(call, 5, p1[tdsl::checked_index(call, 7, p0[i0], size)], p2[i0]);
        };
    });
}

}  // namespace tdsl_unit
