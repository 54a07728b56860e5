// The widest vectors of the target CPU as compiler vector types, and their fused multiply-add.
//
// Floating-point contraction is off everywhere else, so the fused form is explicit.
#ifndef TDSL_SOURCE_VECTOR_HPP
#define TDSL_SOURCE_VECTOR_HPP

#include <cstdint>

namespace tdsl {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
constexpr int tile_rows = 14;  // 28 accumulators of 32 registers
#elif defined(__AVX__)
constexpr int vector_bytes = 32;
constexpr int tile_rows = 6;  // 12 accumulators of 16 registers
#elif defined(__aarch64__)
constexpr int vector_bytes = 16;
constexpr int tile_rows = 12;
#else
constexpr int vector_bytes = 16;
constexpr int tile_rows = 6;
#endif

template <typename T>
struct VectorOf {
    typedef T type __attribute__((vector_size(vector_bytes)));
    typedef T unaligned __attribute__((vector_size(vector_bytes), aligned(alignof(T)), may_alias));
};

template <typename T>
using Vector = typename VectorOf<T>::type;

template <typename T>
constexpr int lane_count = vector_bytes / static_cast<int>(sizeof(T));

template <typename T>
inline Vector<T> load(const T *from) {
    return *reinterpret_cast<const typename VectorOf<T>::unaligned *>(from);
}

template <typename T>
inline void store(T *to, Vector<T> value) {
    *reinterpret_cast<typename VectorOf<T>::unaligned *>(to) = value;
}

// Compiler builtins: parsing <immintrin.h> takes a quarter of a second.
#if defined(__FMA__) && __has_builtin(__builtin_elementwise_fma)
template <typename V>
inline V multiply_add(V x, V y, V z) {
    return __builtin_elementwise_fma(x, y, z);
}
#elif defined(__AVX512F__)
constexpr int current_rounding = 4;
inline Vector<float> multiply_add(Vector<float> x, Vector<float> y, Vector<float> z) {
    return __builtin_ia32_vfmaddps512_mask(x, y, z, static_cast<unsigned short>(-1), current_rounding);
}
inline Vector<double> multiply_add(Vector<double> x, Vector<double> y, Vector<double> z) {
    return __builtin_ia32_vfmaddpd512_mask(x, y, z, static_cast<unsigned char>(-1), current_rounding);
}
#elif defined(__FMA__)
inline Vector<float> multiply_add(Vector<float> x, Vector<float> y, Vector<float> z) {
    return __builtin_ia32_vfmaddps256(x, y, z);
}
inline Vector<double> multiply_add(Vector<double> x, Vector<double> y, Vector<double> z) {
    return __builtin_ia32_vfmaddpd256(x, y, z);
}
#else
template <typename V>
inline V multiply_add(V x, V y, V z) {
#if defined(__clang__)
#pragma clang fp contract(fast)
#endif
    return x * y + z;
}
#endif

}  // namespace tdsl

#endif
