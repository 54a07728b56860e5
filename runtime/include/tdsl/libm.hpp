// The functions of <math.h>, for float and double by one name.  <cmath> would be most of what a unit takes to parse.
#ifndef TDSL_LIBM_HPP
#define TDSL_LIBM_HPP

namespace tdsl::libm {

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
TDSL_UNARY(log)
TDSL_UNARY(log1p)
TDSL_UNARY(log2)
TDSL_UNARY(log10)
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
TDSL_BINARY(fmod)
TDSL_BINARY(pow)
TDSL_BINARY(atan2)
TDSL_BINARY(copysign)
#undef TDSL_UNARY
#undef TDSL_BINARY

}  // namespace tdsl::libm

#endif
