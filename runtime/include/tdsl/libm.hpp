// The functions of <math.h> with one name for float and double.  <cmath> would dominate the parse time of a unit.
#ifndef TDSL_LIBM_HPP
#define TDSL_LIBM_HPP

#include <cstdint>
#include <cstring>

#ifdef __CUDACC__
#define TDSL_LIBM(name) ::name
#else
#define TDSL_LIBM(name) __builtin_##name
#endif

namespace tdsl::libm {

// Turns a subnormal number into a zero of its sign where the processor flushes subnormals, which copying it does not.
// Functions that read the bits of a number need this.  Elsewhere every number stays as it is.
inline float flush_subnormal(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits &= x == 0.0f ? 0x80000000u : 0xffffffffu;
    std::memcpy(&x, &bits, sizeof bits);
    return x;
}
inline double flush_subnormal(double x) {
    uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits &= x == 0.0 ? uint64_t{1} << 63 : ~uint64_t{0};
    std::memcpy(&x, &bits, sizeof bits);
    return x;
}

#define TDSL_UNARY(name)                                     \
    inline float name(float x) { return TDSL_LIBM(name##f)(x); } \
    inline double name(double x) { return TDSL_LIBM(name)(x); }
#define TDSL_BINARY(name)                                              \
    inline float name(float x, float y) { return TDSL_LIBM(name##f)(x, y); } \
    inline double name(double x, double y) { return TDSL_LIBM(name)(x, y); }
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

// These read the bits of their arguments.
#define TDSL_UNARY(name)                                              \
    inline float name(float x) { return TDSL_LIBM(name##f)(flush_subnormal(x)); } \
    inline double name(double x) { return TDSL_LIBM(name)(flush_subnormal(x)); }
#define TDSL_BINARY(name)                                                                    \
    inline float name(float x, float y) { return TDSL_LIBM(name##f)(flush_subnormal(x), flush_subnormal(y)); } \
    inline double name(double x, double y) { return TDSL_LIBM(name)(flush_subnormal(x), flush_subnormal(y)); }
TDSL_UNARY(log)
TDSL_UNARY(log2)
TDSL_UNARY(log10)
TDSL_BINARY(fmod)
TDSL_BINARY(pow)
TDSL_BINARY(atan2)
#undef TDSL_UNARY
#undef TDSL_BINARY

#ifdef __CUDACC__
inline double frexp(double x, int *power) { return ::frexp(x, power); }
inline double ldexp(double x, int power) { return ::ldexp(x, power); }
inline double hypot(double x, double y) { return ::hypot(x, y); }
#else
inline double frexp(double x, int *power) { return __builtin_frexp(x, power); }
inline double ldexp(double x, int power) { return __builtin_ldexp(x, power); }
inline double hypot(double x, double y) { return __builtin_hypot(x, y); }
#endif

}  // namespace tdsl::libm

#undef TDSL_LIBM

#endif
