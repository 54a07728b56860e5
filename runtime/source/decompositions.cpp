// Householder's reflections (A. S. Householder, 1958), and the QL algorithm with implicit shifts for symmetric
// tridiagonal matrices (H. Bowdler, R. S. Martin, C. Reinsch and J. H. Wilkinson, 1968), whose rotations are applied
// sweep by sweep.  Each column is computed alike, however threads divide them, so bits do not depend on threads.
#include "tdsl/decompositions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tdsl/tasks.hpp"

namespace tdsl {

namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int most_sweeps = 60;  // for each eigenvalue; two are usual
// Smaller matrices of a stack run side by side, larger ones one after the other with threads inside.
constexpr int64_t large = 200;

template <typename Body>
void each_matrix(int64_t count, int64_t n, int64_t work, const Body &body) {
    if (n > large || count == 1)
        for (int64_t number = 0; number < count; ++number) body(number);
    else
        parallel_ranges(count, max(1, 8 * task_elements / max(1, work)), [&](int64_t first, int64_t last) {
            for (int64_t number = first; number < last; ++number) body(number);
        });
}

// body(first, last) for ranges of columns, of so many operations each.
template <typename Body>
void columns_of(int64_t first, int64_t last, int64_t operations, const Body &body) {
    if (first >= last) return;
    const int64_t each = max(64, 4 * task_elements / max(1, operations));
    parallel_ranges(last - first, each, [&](int64_t from, int64_t to) { body(first + from, first + to); });
}

// Turns x into the vector v of the reflection I - v vᵀ / |v₀| that makes it a multiple of the first unit vector,
// and gives that multiple; v₀ is 0 where there is nothing to reflect.
double reflection(int64_t length, double *x) {
    double largest = 0.0;
    for (int64_t i = 1; i < length; ++i) largest = std::max(largest, std::fabs(x[i]));
    if (largest == 0.0) {
        const double kept = x[0];
        x[0] = 0.0;
        return kept;
    }
    largest = std::max(largest, std::fabs(x[0]));
    double squares = 0.0;
    for (int64_t i = 0; i < length; ++i) {
        x[i] /= largest;
        squares += x[i] * x[i];
    }
    const double norm = std::sqrt(squares);
    for (int64_t i = 0; i < length; ++i) x[i] /= norm;
    const double sign = x[0] < 0.0 ? -1.0 : 1.0;
    x[0] += sign;
    return -sign * norm * largest;
}

// Reflects columns of a matrix, given by rows; `sums` is memory for a number of each.
void reflect(int64_t length, const double *v, double *rows, int64_t row, int64_t first, int64_t last, double *sums) {
    if (v[0] == 0.0) return;
    const double scale = 1.0 / std::fabs(v[0]);
    columns_of(first, last, 2 * length, [=](int64_t from, int64_t to) {
        std::fill(sums + from, sums + to, 0.0);
        for (int64_t i = 0; i < length; ++i)
            for (int64_t j = from; j < to; ++j) sums[j] += v[i] * rows[i * row + j];
        for (int64_t j = from; j < to; ++j) sums[j] *= scale;
        for (int64_t i = 0; i < length; ++i)
            for (int64_t j = from; j < to; ++j) rows[i * row + j] -= v[i] * sums[j];
    });
}

template <typename T>
bool all_finite(int64_t count, const T *x) {
    bool finite = true;
    for (int64_t i = 0; i < count; ++i) finite &= std::fabs(x[i]) <= std::numeric_limits<T>::max();
    return finite;
}

template <typename T>
void factorize(int64_t m, int64_t n, T *q, T *r, const T *a, double *memory) {
    double *const work = memory, *const unit = work + m * n, *const v = unit + m * n, *const sums = v + m;
    double *const diagonal = sums + n;
    std::copy_n(a, m * n, work);
    for (int64_t k = 0; k < n; ++k) {
        for (int64_t i = k; i < m; ++i) v[i] = work[i * n + k];
        diagonal[k] = reflection(m - k, v + k);
        for (int64_t i = k; i < m; ++i) work[i * n + k] = v[i];
        reflect(m - k, v + k, work + k * n, n, k + 1, n, sums);
    }
    std::fill_n(unit, m * n, 0.0);
    for (int64_t k = 0; k < n; ++k) unit[k * n + k] = 1.0;
    for (int64_t k = n; k-- > 0;) {
        for (int64_t i = k; i < m; ++i) v[i] = work[i * n + k];
        reflect(m - k, v + k, unit + k * n, n, k, n, sums);
    }
    for (int64_t k = 0; k < n; ++k) {
        const bool is_turned = diagonal[k] < 0.0;
        std::fill_n(r + k * n, k, T(0));
        r[k * n + k] = static_cast<T>(std::fabs(diagonal[k]));
        sums[k] = is_turned ? -1.0 : 1.0;
        for (int64_t j = k + 1; j < n; ++j) r[k * n + j] = static_cast<T>(sums[k] * work[k * n + j]);
    }
    for (int64_t i = 0; i < m; ++i)
        for (int64_t k = 0; k < n; ++k) q[i * n + k] = static_cast<T>(unit[i * n + k] * sums[k]);
}

// The tridiagonal matrix with the eigenvalues of a symmetric one.  `a` is worked on, and keeps the vectors of
// reflections in its rows; the rows of `vectors` become the columns of their product.
void tridiagonalise(int64_t n, double *a, double *vectors, double *diagonal, double *beside, double *v, double *p) {
    for (int64_t k = 0; k + 1 < n; ++k) {
        const int64_t length = n - k - 1;
        double *const rest = a + (k + 1) * (n + 1);
        diagonal[k] = a[k * (n + 1)];
        for (int64_t i = 0; i < length; ++i) v[i] = a[(k + 1 + i) * n + k];
        beside[k] = reflection(length, v);
        // The row of the matrix is free, as its column has the same elements.
        std::copy_n(v, length, a + k * n + k + 1);
        if (v[0] == 0.0) continue;
        const double scale = 1.0 / std::fabs(v[0]);
        columns_of(0, length, 2 * length, [=](int64_t from, int64_t to) {
            std::fill(p + from, p + to, 0.0);
            for (int64_t i = 0; i < length; ++i)
                for (int64_t j = from; j < to; ++j) p[j] += v[i] * rest[i * n + j];
        });
        double along = 0.0;
        for (int64_t j = 0; j < length; ++j) {
            p[j] *= scale;
            along += p[j] * v[j];
        }
        for (int64_t j = 0; j < length; ++j) p[j] -= 0.5 * scale * along * v[j];
        columns_of(0, length, 4 * length, [=](int64_t from, int64_t to) {
            for (int64_t i = 0; i < length; ++i)
                for (int64_t j = from; j < to; ++j) rest[i * n + j] -= v[i] * p[j] + p[i] * v[j];
        });
    }
    diagonal[n - 1] = a[n * n - 1];
    beside[n - 1] = 0.0;
    std::fill_n(vectors, n * n, 0.0);
    for (int64_t i = 0; i < n; ++i) vectors[i * (n + 1)] = 1.0;
    for (int64_t k = n - 1; k-- > 0;) {
        const int64_t length = n - k - 1;
        reflect(length, a + k * n + k + 1, vectors + (k + 1) * n, n, k + 1, n, p);
    }
    for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < i; ++j) std::swap(vectors[i * n + j], vectors[j * n + i]);
}

// Eigenvalues of a tridiagonal matrix; rows of `vectors` are rotated along.  Whether all were found.
bool diagonalise(int64_t n, double *vectors, double *diagonal, double *beside, double *cosines, double *sines) {
    for (int64_t low = 0; low < n; ++low)
        for (int sweep = 0;; ++sweep) {
            int64_t end = low;
            for (; end + 1 < n; ++end)
                if (std::fabs(beside[end]) <= eps * (std::fabs(diagonal[end]) + std::fabs(diagonal[end + 1]))) break;
            if (end == low) break;
            if (sweep == most_sweeps) return false;
            double g = (diagonal[low + 1] - diagonal[low]) / (2.0 * beside[low]), r = std::hypot(g, 1.0);
            g = diagonal[end] - diagonal[low] + beside[low] / (g + std::copysign(r, g));
            double s = 1.0, c = 1.0, shift = 0.0;
            int64_t i = end;
            for (; i-- > low;) {
                const double f = s * beside[i], b = c * beside[i];
                r = std::hypot(f, g);
                beside[i + 1] = r;
                if (r == 0.0) {  // the matrix splits here
                    diagonal[i + 1] -= shift;
                    beside[end] = 0.0;
                    break;
                }
                s = f / r;
                c = g / r;
                g = diagonal[i + 1] - shift;
                r = (diagonal[i] - g) * s + 2.0 * c * b;
                shift = s * r;
                diagonal[i + 1] = g + shift;
                g = c * r - b;
                cosines[i] = c;
                sines[i] = s;
            }
            const int64_t first = i + 1 > low ? i + 1 : low;
            columns_of(0, n, 6 * (end - first), [=](int64_t from, int64_t to) {
                for (int64_t k = end; k-- > first;) {
                    double *const one = vectors + k * n, *const next = one + n;
                    for (int64_t j = from; j < to; ++j) {
                        const double below = next[j];
                        next[j] = sines[k] * one[j] + cosines[k] * below;
                        one[j] = cosines[k] * one[j] - sines[k] * below;
                    }
                }
            });
            if (r == 0.0 && first > low) continue;
            diagonal[low] -= shift;
            beside[low] = g;
            beside[end] = 0.0;
        }
    return true;
}

// The sign of a vector: elements that rounding could make the largest one do not decide it.
double sign_of(int64_t n, const double *vector) {
    double largest = 0.0;
    for (int64_t i = 0; i < n; ++i) largest = std::max(largest, std::fabs(vector[i]));
    for (int64_t i = 0; i < n; ++i)
        if (std::fabs(vector[i]) >= 0.55 * largest) return vector[i] < 0.0 ? -1.0 : 1.0;
    return 1.0;
}

template <typename T>
bool decompose(int64_t n, T *values, T *vectors, const T *a, double *memory) {
    double *const work = memory, *const rows = work + n * n, *const diagonal = rows + n * n;
    double *const beside = diagonal + n, *const v = beside + n, *const p = v + n;
    double *const cosines = p + n, *const sines = cosines + n;
    double largest = 0.0;
    for (int64_t i = 0; i < n; ++i) {
        if (!all_finite(i + 1, a + i * n)) return false;
        for (int64_t j = 0; j <= i; ++j) largest = std::max(largest, std::fabs(static_cast<double>(a[i * n + j])));
    }
    // A power of two, so that no square leaves the range.
    int power = 0;
    std::frexp(largest, &power);
    for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j <= i; ++j)
            work[i * n + j] = work[j * n + i] = std::ldexp(static_cast<double>(a[i * n + j]), -power);
    tridiagonalise(n, work, rows, diagonal, beside, v, p);
    if (!diagonalise(n, rows, diagonal, beside, cosines, sines)) return false;
    auto *const places = reinterpret_cast<int64_t *>(v);
    for (int64_t i = 0; i < n; ++i) places[i] = i;
    std::sort(places, places + n, [=](int64_t one, int64_t other) {
        return diagonal[one] < diagonal[other] || (diagonal[one] == diagonal[other] && one < other);
    });
    for (int64_t k = 0; k < n; ++k) {
        values[k] = static_cast<T>(std::ldexp(diagonal[places[k]], power));
        p[k] = sign_of(n, rows + places[k] * n);
    }
    for (int64_t i = 0; i < n; ++i)
        for (int64_t k = 0; k < n; ++k) vectors[i * n + k] = static_cast<T>(p[k] * rows[places[k] * n + i]);
    return true;
}

}  // namespace

template <typename T>
void qr(int64_t count, int64_t m, int64_t n, T *q, T *r, const T *a, double *scratch) {
    if (m == 0 || n == 0) return;
    each_matrix(count, n, m * n * n, [&](int64_t number) {
        T *const own_q = q + number * m * n, *const own_r = r + number * n * n;
        const T *const from = a + number * m * n;
        if (all_finite(m * n, from))
            return factorize(m, n, own_q, own_r, from, scratch + number * (2 * m * n + m + 2 * n));
        std::fill_n(own_q, m * n, static_cast<T>(nan));
        std::fill_n(own_r, n * n, static_cast<T>(nan));
    });
}

template <typename T>
void eigh(int64_t count, int64_t n, T *values, T *vectors, const T *a, double *scratch) {
    if (n == 0) return;
    each_matrix(count, n, 4 * n * n * n, [&](int64_t number) {
        T *const own_values = values + number * n, *const own_vectors = vectors + number * n * n;
        const int64_t each = 2 * n * n + 8 * n;
        if (decompose(n, own_values, own_vectors, a + number * n * n, scratch + number * each)) return;
        std::fill_n(own_values, n, static_cast<T>(nan));
        std::fill_n(own_vectors, n * n, static_cast<T>(nan));
    });
}

#define TDSL_DEFINE_DECOMPOSITIONS(T)                                              \
    template void qr<T>(int64_t, int64_t, int64_t, T *, T *, const T *, double *); \
    template void eigh<T>(int64_t, int64_t, T *, T *, const T *, double *);
#ifdef TDSL_TYPE  // for this type only
TDSL_DEFINE_DECOMPOSITIONS(TDSL_TYPE)
#else
TDSL_DEFINE_DECOMPOSITIONS(float)
TDSL_DEFINE_DECOMPOSITIONS(double)
#endif

}  // namespace tdsl
