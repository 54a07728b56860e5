// Kernels of the tests of the shim.
#include "tdsl/cuda/device.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_line(const tdsl_launch call, int64_t n0, const float *p0, float *p1) {
    if (tdsl::is_skipped(call)) return;
    tdsl::map({n0}, [=]() { return [=](int64_t i0) { p1[i0] = 2.0f * p0[i0]; }; });
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
