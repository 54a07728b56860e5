// The quantile of the standard normal distribution (tdsl/ops/random.py).  It has no branches, so that compilers make
// variants of it for vectors.
#ifndef TDSL_QUANTILE_HPP
#define TDSL_QUANTILE_HPP

#include <cstdint>
#include <cstring>

#include "tdsl/attributes.hpp"
#include "tdsl/libm.hpp"

namespace tdsl::quantile {

template <int N>
inline double polynomial(double x, const double (&coefficients)[N]) {
    double total = coefficients[0];
    TDSL_UNROLL(8)
    for (int i = 1; i < N; ++i) total = total * x + coefficients[i];
    return total;
}

TDSL_TABLE double log_terms[] = {
    0.14798198605116586, 0.15313837699209373, 0.1818357216161805,
    0.22222198432149784, 0.2857142874366239, 0.3999999999940942,
    0.6666666666666735,
};
TDSL_TABLE double centre_top[] = {
    2509.0809287301227, 33430.57558358813, 67265.7709270087,
    45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
};
TDSL_TABLE double centre_bottom[] = {
    5226.495278852854, 28729.085735721943, 39307.89580009271,
    21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1.0,
};
TDSL_TABLE double middle_top[] = {
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506,
    1.2704582524523684, 3.6478483247632045, 5.769497221460691,
    4.630337846156546, 1.4234371107496835,
};
TDSL_TABLE double middle_bottom[] = {
    1.0507500716444169e-09, 0.0005475938084995345, 0.015198666563616457,
    0.14810397642748008, 0.6897673349851, 1.6763848301838038,
    2.053191626637759, 1.0,
};
TDSL_TABLE double tail_top[] = {
    2.0103343992922881e-07, 2.7115555687434876e-05, 0.0012426609473880784,
    0.026532189526576124, 0.29656057182850487, 1.7848265399172913,
    5.463784911164114, 6.657904643501103,
};
TDSL_TABLE double tail_bottom[] = {
    2.0442631033899397e-15, 1.421511758316446e-07, 1.8463183175100548e-05,
    0.0007868691311456133, 0.014875361290850615, 0.1369298809227358,
    0.599832206555888, 1.0,
};

// Three polynomials of the same degree: which one decides at each coefficient.
struct Choice {
    bool near, middle;
    constexpr double operator()(double a, double b, double c) const { return near ? a : middle ? b : c; }
};

inline double ratio(Choice of, double x) {
    double top = of(centre_top[0], middle_top[0], tail_top[0]);
    double bottom = of(centre_bottom[0], middle_bottom[0], tail_bottom[0]);
    TDSL_UNROLL(8)
    for (int i = 1; i < 8; ++i) {
        top = top * x + of(centre_top[i], middle_top[i], tail_top[i]);
        bottom = bottom * x + of(centre_bottom[i], middle_bottom[i], tail_bottom[i]);
    }
    return top / bottom;
}

// log x for normal x > 0, from exactly rounded operations only: x = (1 + f) 2^e, with 1 + f around sqrt(1/2).
inline double exact_log(double x) {
    constexpr uint64_t root = 0x3FE6A09E667F3BCD;
    uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    const uint64_t shifted = bits - root, mantissa = (shifted & 0xFFFFFFFFFFFFF) + root;
    const double e = static_cast<double>(static_cast<int64_t>(shifted) >> 52);
    double f;
    std::memcpy(&f, &mantissa, sizeof f);
    f -= 1.0;
    const double s = f / (2.0 + f);
    const double z = s * s;
    const double r = z * polynomial(z, log_terms);
    const double half = 0.5 * f * f;
    return e * 6.93147180369123816490e-01 - ((half - (s * (half + r) + e * 1.90821492927058770002e-10)) - f);
}

// For 0 < p < 1.
inline double normal(double p) {
    const double q = p - 0.5, tail = q < 0.0 ? p : 1.0 - p;
    const double r = libm::sqrt(-exact_log(tail));
    const bool near = libm::fabs(q) <= 0.425, middle = r <= 5.0;
    const double shift = r - (middle ? 1.6 : 5.0);
    const double value = ratio({near, middle}, near ? 0.180625 - q * q : shift);
    const double outer = q < 0.0 ? -value : value;
    return near ? q * value : outer;
}

}  // namespace tdsl::quantile

#endif
