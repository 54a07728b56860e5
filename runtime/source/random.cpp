// Normal values and orthogonal matrices.
#include "tdsl/random.hpp"

#include <cmath>
#include <cstddef>

namespace tdsl {

namespace {

template <std::size_t N>
inline double polynomial(double x, const double (&coefficients)[N]) {
    double total = coefficients[0];
    for (std::size_t i = 1; i < N; ++i) total = total * x + coefficients[i];
    return total;
}

constexpr double log_terms[] = {
    0.14798198605116586, 0.15313837699209373, 0.1818357216161805,
    0.22222198432149784, 0.2857142874366239, 0.3999999999940942,
    0.6666666666666735,
};
constexpr double centre_top[] = {
    2509.0809287301227, 33430.57558358813, 67265.7709270087,
    45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
};
constexpr double centre_bottom[] = {
    5226.495278852854, 28729.085735721943, 39307.89580009271,
    21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1.0,
};
constexpr double middle_top[] = {
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506,
    1.2704582524523684, 3.6478483247632045, 5.769497221460691,
    4.630337846156546, 1.4234371107496835,
};
constexpr double middle_bottom[] = {
    1.0507500716444169e-09, 0.0005475938084995345, 0.015198666563616457,
    0.14810397642748008, 0.6897673349851, 1.6763848301838038,
    2.053191626637759, 1.0,
};
constexpr double tail_top[] = {
    2.0103343992922881e-07, 2.7115555687434876e-05, 0.0012426609473880784,
    0.026532189526576124, 0.29656057182850487, 1.7848265399172913,
    5.463784911164114, 6.657904643501103,
};
constexpr double tail_bottom[] = {
    2.0442631033899397e-15, 1.421511758316446e-07, 1.8463183175100548e-05,
    0.0007868691311456133, 0.014875361290850615, 0.1369298809227358,
    0.599832206555888, 1.0,
};

// log x for normal x > 0, from exactly rounded operations only.
inline double exact_log(double x) {
    int exponent;
    double mantissa = std::frexp(x, &exponent);
    if (mantissa < 0.70710678118654752440) {
        mantissa += mantissa;
        --exponent;
    }
    const double e = exponent;
    const double f = mantissa - 1.0;
    const double s = f / (2.0 + f);
    const double z = s * s;
    const double r = z * polynomial(z, log_terms);
    const double half = 0.5 * f * f;
    return e * 6.93147180369123816490e-01 - ((half - (s * (half + r) + e * 1.90821492927058770002e-10)) - f);
}

// The quantile of the standard normal distribution.
inline double inverse_normal(double p) {
    const double q = p - 0.5;
    if (std::fabs(q) <= 0.425) {
        const double central = 0.180625 - q * q;
        return q * (polynomial(central, centre_top) / polynomial(central, centre_bottom));
    }
    const double r = std::sqrt(-exact_log(q < 0 ? p : 1.0 - p));
    const double outer = r <= 5.0 ? polynomial(r - 1.6, middle_top) / polynomial(r - 1.6, middle_bottom)
                                  : polynomial(r - 5.0, tail_top) / polynomial(r - 5.0, tail_bottom);
    return q < 0 ? -outer : outer;
}

double normal(int64_t seed, int64_t stream, int64_t index) {
    const Words words =
        philox(static_cast<uint64_t>(seed), static_cast<uint64_t>(stream), static_cast<uint64_t>(index));
    return inverse_normal((bits53(words) + 0.5) * 0x1p-53);
}

}  // namespace

template <typename T>
T random_normal(int64_t seed, int64_t stream, int64_t index) {
    return static_cast<T>(normal(seed, stream, index));
}

// A matrix whose shorter side is orthonormal: Gram and Schmidt, twice, on normals.
template <typename T>
void random_orthogonal(int64_t stream, int64_t rows, int64_t columns, T *target, const int64_t *seed,
                       double *scratch) {
    const int64_t length = rows < columns ? columns : rows;
    const int64_t count = rows < columns ? rows : columns;
    if (count == 0) return;  // the other side may be as long as a size can be
    const auto vector = [&](int64_t j) { return scratch + j * length; };
    for (int64_t j = 0; j < count; ++j)
        for (int64_t i = 0; i < length; ++i) vector(j)[i] = normal(*seed, stream, i * count + j);
    const auto dot = [&](const double *a, const double *b) {
        double lanes[8] = {};
        int64_t i = 0;
        for (; i + 8 <= length; i += 8)
            for (int64_t l = 0; l < 8; ++l) lanes[l] += a[i + l] * b[i + l];
        for (; i < length; ++i) lanes[0] += a[i] * b[i];
        return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
    };
    double *const shares = scratch + length * count;
    for (int64_t j = 0; j < count; ++j) {
        double *const mine = vector(j);
        for (int pass = 0; pass < 2; ++pass) {
            for (int64_t k = 0; k < j; ++k) shares[k] = dot(vector(k), mine);
            for (int64_t k = 0; k < j; ++k)
                for (int64_t i = 0; i < length; ++i) mine[i] -= shares[k] * vector(k)[i];
        }
        const double norm = std::sqrt(dot(mine, mine));
        for (int64_t i = 0; i < length; ++i) mine[i] /= norm;
    }
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j)
            target[i * columns + j] = static_cast<T>(rows < columns ? vector(i)[j] : vector(j)[i]);
}

#define TDSL_DEFINE_RANDOM(T)                                \
    template T random_normal<T>(int64_t, int64_t, int64_t); \
    template void random_orthogonal<T>(int64_t, int64_t, int64_t, T *, const int64_t *, double *);
#ifdef TDSL_TYPE  // for this type only
TDSL_DEFINE_RANDOM(TDSL_TYPE)
#else
TDSL_DEFINE_RANDOM(float)
TDSL_DEFINE_RANDOM(double)
#endif

}  // namespace tdsl
