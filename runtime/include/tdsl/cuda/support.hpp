// The kernels that every device unit has: predicates of branches and loops, copies under a predicate, the search for
// values that are not finite, and minibatches.  Their numbers are in launch.hpp.
#ifndef TDSL_CUDA_SUPPORT_HPP
#define TDSL_CUDA_SUPPORT_HPP

#include <cstdint>

#include "tdsl/cuda/state.hpp"
#include "tdsl/cuda/thread.hpp"

namespace tdsl::cuda {

template <typename Word>
inline void copy_words(char *to, const char *from, int64_t count) {
    for (int64_t i = global_index(); i < count; i += global_count())
        reinterpret_cast<Word *>(to)[i] = reinterpret_cast<const Word *>(from)[i];
}

inline void copy_bytes(char *to, const char *from, int64_t bytes) {
    const auto bits = [](const char *pointer) { return reinterpret_cast<uintptr_t>(pointer); };
    const uintptr_t all = bits(to) | bits(from) | static_cast<uintptr_t>(bytes);
    if (all % 8 == 0) copy_words<uint64_t>(to, from, bytes / 8);
    else if (all % 4 == 0) copy_words<uint32_t>(to, from, bytes / 4);
    else copy_words<uint8_t>(to, from, bytes);
}

// Rows of which each consists of `length` words.
template <typename Word>
inline void gather_rows(char *to, const char *from, const int64_t *order, int64_t first, int64_t rows, int64_t length) {
    for (int64_t i = global_index(); i < rows * length; i += global_count()) {
        const int64_t row = i / length, column = i % length;
        const int64_t at = order ? order[first + row] : first + row;
        reinterpret_cast<Word *>(to)[i] = reinterpret_cast<const Word *>(from)[at * length + column];
    }
}

template <typename Bits>
inline void note_nonfinite(const void *data, int64_t count, Bits exponent, int32_t number, int32_t *lowest) {
    const Bits *const bits = static_cast<const Bits *>(data);
    bool found = false;
    for (int64_t i = global_index(); i < count; i += global_count()) found |= (bits[i] & exponent) == exponent;
    // Numbers ascend from launch to launch, so the first one found is the lowest; all threads write the same.
    if (any_of_block(found) && thread_index() == 0)
        compare_exchange(reinterpret_cast<uint32_t *>(lowest), static_cast<uint32_t>(no_number),
                         static_cast<uint32_t>(number));
}

}  // namespace tdsl::cuda

// sides[0]: whether the branch is taken; sides[1]: whether the other one is.
TDSL_KERNEL tdsl_branch(const tdsl_launch call, const uint8_t *condition, uint8_t *sides) {
    const bool skipped = tdsl::is_skipped(call);
    sides[0] = !skipped && *condition != 0;
    sides[1] = !skipped && *condition == 0;
}

TDSL_KERNEL tdsl_begin_loop(const tdsl_launch call, tdsl_loop_state *loop, int64_t *done) {
    const bool skipped = tdsl::is_skipped(call);
    *loop = {static_cast<uint8_t>(!skipped), 0, {}, call.fault->site};
    if (done != nullptr && !skipped) *done = 0;
}

TDSL_KERNEL tdsl_begin_step(const tdsl_launch call, tdsl_loop_state *loop, const int64_t *limit, int64_t counter) {
    tdsl::is_skipped(call);
    const bool within = limit == nullptr || (loop->goes_on && counter < *limit);
    const bool runs = loop->goes_on && within;
    if (loop->runs && !runs) loop->goes_on = 0;
    loop->runs = runs;
}

TDSL_KERNEL tdsl_end_step(const tdsl_launch call, tdsl_loop_state *loop, const uint8_t *until, int64_t *done,
                          uint8_t may_fault) {
    tdsl::is_skipped(call);
    if (!loop->runs) return;
    if (done != nullptr) ++*done;
    if (until != nullptr && *until != 0) loop->goes_on = 0;
    if (may_fault && call.fault->site != loop->fault_before) loop->goes_on = 0;
}

TDSL_KERNEL tdsl_copy(const tdsl_launch call, char *to, const char *from, int64_t bytes) {
    if (tdsl::is_skipped(call)) return;
    tdsl::cuda::copy_bytes(to, from, bytes);
}

TDSL_KERNEL tdsl_copy_all(const tdsl_launch call, const tdsl_copies copies) {
    if (tdsl::is_skipped(call)) return;
    for (int64_t i = 0; i < copies.count; ++i)
        tdsl::cuda::copy_bytes(copies.of[i].to, copies.of[i].from, copies.of[i].bytes);
}

TDSL_KERNEL tdsl_keep(const tdsl_launch call, const tdsl_loop_state *loop, char *next, const char *now,
                      int64_t bytes) {
    if (tdsl::is_skipped(call) || loop->runs) return;
    tdsl::cuda::copy_bytes(next, now, bytes);
}

TDSL_KERNEL tdsl_find_nonfinite(const tdsl_launch call, const void *data, int64_t count, int32_t bytes, int32_t number,
                                int32_t *lowest) {
    if (tdsl::is_skipped(call)) return;
    if (bytes == 4) tdsl::cuda::note_nonfinite<uint32_t>(data, count, 0x7f800000u, number, lowest);
    else tdsl::cuda::note_nonfinite<uint64_t>(data, count, 0x7ff0000000000000ull, number, lowest);
}

TDSL_KERNEL tdsl_gather(const tdsl_launch call, const tdsl_batch_state *batch, char *to, const char *from,
                        const int64_t *order, int64_t rows, int64_t row_bytes) {
    if (tdsl::is_skipped(call)) return;
    if (row_bytes % 8 == 0) tdsl::cuda::gather_rows<uint64_t>(to, from, order, batch->row, rows, row_bytes / 8);
    else if (row_bytes % 4 == 0) tdsl::cuda::gather_rows<uint32_t>(to, from, order, batch->row, rows, row_bytes / 4);
    else tdsl::cuda::gather_rows<uint8_t>(to, from, order, batch->row, rows, row_bytes);
}

// A batch begins: no fault yet.
TDSL_KERNEL tdsl_begin_batch(const tdsl_launch call, tdsl_call_state *state) {
    if (tdsl::is_skipped(call)) return;
    *state = {{}, tdsl::cuda::no_number, 0};
}

TDSL_KERNEL tdsl_assert(const tdsl_launch call, tdsl_batch_state *batch, const uint8_t *holds) {
    if (tdsl::is_skipped(call)) return;
    if (*holds == 0) batch->goes_on = 0;
}

// Decides on the commit of a batch: from here on nothing runs if it has failed.
TDSL_KERNEL tdsl_end_batch(const tdsl_launch call, tdsl_batch_state *batch, const tdsl_call_state *state,
                           tdsl_summed summed, double *sums, int64_t rows) {
    if (tdsl::is_skipped(call)) return;
    if (state->fault.site != 0 || state->nonfinite != tdsl::cuda::no_number) batch->goes_on = 0;
    if (!batch->goes_on) return;
    for (int32_t i = 0; i < summed.count; ++i)
        sums[batch->done * summed.count + i] = summed.is_f32[i]
                                                   ? static_cast<double>(*static_cast<const float *>(summed.values[i]))
                                                   : *static_cast<const double *>(summed.values[i]);
    ++batch->done;
    batch->row += rows;
}

#endif
