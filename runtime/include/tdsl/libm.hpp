// The functions of <math.h>, for float and double by one name.  <cmath> would be most of what a unit takes to parse.
#ifndef TDSL_LIBM_HPP
#define TDSL_LIBM_HPP

#include <cstdint>

namespace tdsl::libm {

// The number as it counts where subnormals are flushed: a move of bits would keep it, and functions that look at bits
// would take it as it is.  Where they are kept, every number is settled.
inline float settled(float x) {
    uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    bits &= x == 0.0f ? 0x80000000u : 0xffffffffu;
    __builtin_memcpy(&x, &bits, sizeof bits);
    return x;
}
inline double settled(double x) {
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    bits &= x == 0.0 ? uint64_t{1} << 63 : ~uint64_t{0};
    __builtin_memcpy(&x, &bits, sizeof bits);
    return x;
}

#define TDSL_UNARY(name)                                     \
    inline float name(float x) { return __builtin_##name##f(x); } \
    inline double name(double x) { return __builtin_##name(x); }
#define TDSL_BINARY(name)                                              \
    inline float name(float x, float y) { return __builtin_##name##f(x, y); } \
    inline double name(double x, double y) { return __builtin_##name(x, y); }
TDSL_UNARY(fabs)
TDSL_UNARY(floor)
TDSL_UNARY(ceil)
TDSL_UNARY(trunc)
TDSL_UNARY(nearbyint)
TDSL_UNARY(sqrt)
TDSL_UNARY(exp)
TDSL_UNARY(expm1)
TDSL_UNARY(log1p)
TDSL_UNARY(sin)
TDSL_UNARY(cos)
TDSL_UNARY(tan)
TDSL_UNARY(asin)
TDSL_UNARY(acos)
TDSL_UNARY(atan)
TDSL_UNARY(sinh)
TDSL_UNARY(cosh)
TDSL_UNARY(tanh)
TDSL_UNARY(asinh)
TDSL_UNARY(acosh)
TDSL_UNARY(atanh)
TDSL_UNARY(erf)
TDSL_UNARY(erfc)
TDSL_BINARY(copysign)
#undef TDSL_UNARY
#undef TDSL_BINARY

// These look at the bits of what they are given.
#define TDSL_UNARY(name)                                              \
    inline float name(float x) { return __builtin_##name##f(settled(x)); } \
    inline double name(double x) { return __builtin_##name(settled(x)); }
#define TDSL_BINARY(name)                                                                    \
    inline float name(float x, float y) { return __builtin_##name##f(settled(x), settled(y)); } \
    inline double name(double x, double y) { return __builtin_##name(settled(x), settled(y)); }
TDSL_UNARY(log)
TDSL_UNARY(log2)
TDSL_UNARY(log10)
TDSL_BINARY(fmod)
TDSL_BINARY(pow)
TDSL_BINARY(atan2)
#undef TDSL_UNARY
#undef TDSL_BINARY

}  // namespace tdsl::libm

#endif
