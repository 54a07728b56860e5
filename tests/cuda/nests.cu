// Kernels of the tests of loop nests and of the shim.
#include "tdsl/cuda/device.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_line(const tdsl_launch call, int64_t n0, const float *p0, float *p1) {
    if (tdsl::is_skipped(call)) return;
    tdsl::map({n0}, [=]() { return [=](int64_t i0) { p1[i0] = 2.0f * p0[i0]; }; });
}

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

// Reverses each piece of 256 elements through shared memory; `count` is a multiple of 256.
TDSL_KERNEL reverse(const tdsl_launch call, int64_t count, const float *p0, float *p1) {
    if (tdsl::is_skipped(call)) return;
    TDSL_SHARED float piece[tdsl::block_threads];
    const int self = tdsl::thread_index();
    for (int64_t start = tdsl::block_index() * tdsl::block_threads; start < count;
         start += tdsl::global_count()) {
        piece[self] = p0[start + self];
#ifndef WITHOUT_BARRIER
        tdsl::barrier();
#endif
        p1[start + self] = piece[tdsl::block_threads - 1 - self];
        tdsl::barrier();
    }
}

// For each lane the value of others, and the lanes with an odd value.
TDSL_KERNEL shuffles(const tdsl_launch call, const int *p0, int *p1, int *p2, int *p3, uint32_t *p4) {
    if (tdsl::is_skipped(call)) return;
    const int self = tdsl::thread_index();
    const int value = p0[self];
    p1[self] = tdsl::shuffle_down(value, 3);
    p2[self] = tdsl::shuffle_xor(value, 5);
    p3[self] = tdsl::shuffle(value, 7);
    p4[self] = tdsl::ballot(value % 2 != 0);
}

// Waits in half of the threads only.
TDSL_KERNEL waits_forever(const tdsl_launch call) {
    if (tdsl::is_skipped(call)) return;
    if (tdsl::thread_index() < 128) tdsl::barrier();
}

}  // namespace tdsl_unit
