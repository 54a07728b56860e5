// The buffers of a call, sizes of memory, and the slots of a workspace.
#ifndef TDSL_WORKSPACE_HPP
#define TDSL_WORKSPACE_HPP

#include <cstddef>
#include <cstdint>

#include "tdsl/abi.h"
#include "tdsl/attributes.hpp"

namespace tdsl {

template <typename T>
TDSL_INLINE const T *argument(const tdsl_call *call, int32_t number) {
    return static_cast<const T *>(call->arguments[number]);
}

template <typename T>
TDSL_INLINE const T *variable(const tdsl_call *call, int32_t number) {
    return static_cast<const T *>(call->variables[number]);
}

// Notes some elements, in debug mode.
template <typename T>
inline void probe(const tdsl_call *call, int32_t number, std::initializer_list<int64_t> steps, const T *elements,
                  int64_t count) {
    if (const tdsl_recorder *const recorder = call->recorder)
        recorder->note(recorder->notes, number, steps.begin(), static_cast<int32_t>(steps.size()), elements,
                       count * static_cast<int64_t>(sizeof(T)));
}

template <typename T>
TDSL_INLINE T *result(const tdsl_call *call, int32_t number) {
    return static_cast<T *>(call->results[number]);
}

template <typename T>
TDSL_INLINE T *update(const tdsl_call *call, int32_t number) {
    return static_cast<T *>(call->updates[number]);
}

// A buffer of the workspace.
template <typename T>
TDSL_INLINE T *slot(char *const *slots, int32_t number) {
    return reinterpret_cast<T *>(slots[number]);
}

// A size whose arithmetic saturates at the largest number instead of wrapping around.
struct SaturatingSize {
    int64_t value;
    friend SaturatingSize operator+(SaturatingSize a, SaturatingSize b) {
        SaturatingSize sum{0};
        return __builtin_add_overflow(a.value, b.value, &sum.value) ? SaturatingSize{INT64_MAX} : sum;
    }
    friend SaturatingSize operator*(SaturatingSize a, SaturatingSize b) {
        SaturatingSize total{0};
        return __builtin_mul_overflow(a.value, b.value, &total.value) ? SaturatingSize{INT64_MAX} : total;
    }
    // `b` is never larger than `a`.
    friend SaturatingSize operator-(SaturatingSize a, SaturatingSize b) {
        return a.value == INT64_MAX ? a : SaturatingSize{a.value - b.value};
    }
};

// Places the slots of a workspace one after the other, each at the start of a cache line.
template <std::size_t Count>
inline void place_slots(char **slots, void *memory, const int64_t (&bytes)[Count]) {
    char *next = static_cast<char *>(memory);
    for (std::size_t slot = 0; slot < Count; ++slot) {
        slots[slot] = next;
        next += (bytes[slot] + 63) & ~int64_t{63};
    }
}

// `number` slots of `count` elements, `width` bytes each.
struct Slots {
    SaturatingSize count;
    int64_t width, number;
};

// Bytes of all slots.
template <std::size_t Kinds>
inline int64_t workspace(const Slots (&slots)[Kinds]) {
    SaturatingSize total{0};
    for (const Slots &kind : slots) {
        const SaturatingSize bytes = kind.count * SaturatingSize{kind.width} + SaturatingSize{63};
        total = total + (bytes.value == INT64_MAX ? bytes : SaturatingSize{bytes.value & ~int64_t{63}}) *
                            SaturatingSize{kind.number};
    }
    return total.value;
}

}  // namespace tdsl

#endif
