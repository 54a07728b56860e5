// Householder's reflections (A. S. Householder, 1958), and the QL algorithm with implicit shifts for symmetric
// tridiagonal matrices (H. Bowdler, R. S. Martin, C. Reinsch and J. H. Wilkinson, 1968), whose rotations are applied
// some sweeps at a time (F. G. Van Zee, R. A. van de Geijn and G. Quintana-Ortí, Restructuring the tridiagonal and
// bidiagonal QR algorithms for performance, 2014).  Reflections of large matrices are applied in blocks (R. Schreiber
// and C. Van Loan, A storage-efficient WY representation for products of Householder transformations, 1989; J. J.
// Dongarra, S. J. Hammarling and D. C. Sorensen, Block reduction of matrices to condensed forms for eigenvalue
// computations, 1989).  Each column is computed alike, however threads divide them, so bits do not depend on threads.
#include "tdsl/decompositions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tdsl/tridiagonal.hpp"
#include "triangular.hpp"

namespace tdsl {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
// Smaller matrices of a stack run side by side, larger ones one after the other with threads inside, in blocks.
constexpr int64_t large = 200;

bool is_large(int64_t m, int64_t n) { return n > reflections && m * n > large * large; }

template <typename Body>
void each_matrix(int64_t count, int64_t m, int64_t n, int64_t work, const Body &body) {
    if (is_large(m, n) || count == 1)
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
    const int64_t each = max(32, 4 * task_elements / max(1, operations));
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

double scale_of(double first) { return first == 0.0 ? 0.0 : 1.0 / std::fabs(first); }

// Some reflections together: each row of `vectors` is one, with one more zero before its first element in each further
// row.  `memory` has room for two rows of each column.
struct Block {
    int64_t length, width;
    const double *vectors;
    double *memory;
    double factor[reflections * reflections];

    Block(int64_t length, int64_t width, const double *vectors, double *memory)
        : length(length), width(width), vectors(vectors), memory(memory), factor() {
        double products[reflections * reflections];
        gemm_into(width, width, length, Matrix<double>{vectors, length, 1}, Matrix<double>{vectors, 1, length},
                  products, width);
        for (int64_t j = 0; j < width; ++j) {
            const double scale = scale_of(vectors[j * (length + 1)]);
            for (int64_t i = 0; i < j; ++i) {
                double sum = 0.0;
                for (int64_t k = i; k < j; ++k) sum += factor[i * width + k] * products[k * width + j];
                factor[i * width + j] = -scale * sum;
            }
            factor[j * width + j] = scale;
        }
    }

    // Reflects columns of a matrix by the last reflection first, or in reverse.
    void apply(bool is_reversed, double *rows, int64_t row, int64_t columns) const {
        if (!columns) return;
        double *const sums = memory, *const mixed = memory + width * columns;
        const Matrix<double> plain{factor, width, 1}, transposed{factor, 1, width};
        gemm_into(width, columns, length, Matrix<double>{vectors, length, 1}, Matrix<double>{rows, row, 1}, sums,
                  columns);
        gemm_into(width, columns, width, is_reversed ? transposed : plain, Matrix<double>{sums, columns, 1}, mixed,
                  columns);
        subtract_product<double>(length, columns, width, {vectors, 1, length}, {mixed, columns, 1}, rows, row);
    }
};

// y -= factor x
void subtract_multiple(int64_t length, double factor, const double *x, double *y) {
    for (int64_t i = 0; i < length; ++i) y[i] -= factor * x[i];
}

// The rows and columns from k on of a matrix of m rows: some columns are reduced, which keep the vectors of their
// reflections below the diagonal, and all behind them reflected.
void reduce_columns(int64_t k, int64_t m, int64_t n, double *work, double *diagonal, double *memory) {
    const int64_t width = min(reflections, n - k), length = m - k;
    double *const columns = memory, *const corner = work + k * (n + 1);
    for (int64_t i = 0; i < length; ++i)
        for (int64_t j = 0; j < width; ++j) columns[j * length + i] = corner[i * n + j];
    for (int64_t j = 0; j < width; ++j) {
        double *const v = columns + j * length + j;
        diagonal[k + j] = reflection(length - j, v);
        const double scale = scale_of(v[0]);
        for (int64_t other = j + 1; other < width; ++other) {
            double *const x = columns + other * length + j;
            subtract_multiple(length - j, scale * dot(length - j, v, x), v, x);
        }
    }
    for (int64_t i = 0; i < length; ++i)
        for (int64_t j = 0; j < width; ++j) corner[i * n + j] = columns[j * length + i];
    for (int64_t j = 0; j < width; ++j) std::fill_n(columns + j * length, j, 0.0);
    const Block block(length, width, columns, memory + width * length);
    block.apply(true, corner + width, n, n - k - width);
}

// The product of reflections, whose vectors are columns of a matrix from the element on that is `below` the diagonal.
void multiply_out(int64_t below, int64_t m, int64_t n, int64_t count, const double *columns, double *unit,
                  double *memory) {
    for (int64_t k = (count - 1) / reflections * reflections; count && k >= 0; k -= reflections) {
        const int64_t width = min(reflections, count - k), length = m - k - below;
        for (int64_t i = 0; i < length; ++i)
            for (int64_t j = 0; j < width; ++j)
                memory[j * length + i] = i < j ? 0.0 : columns[(k + below + i) * n + k + j];
        const Block block(length, width, memory, memory + width * length);
        block.apply(false, unit + (k + below) * (n + 1), n, n - k - below);
    }
}

template <typename T>
bool all_finite(int64_t count, const T *x) {
    bool finite = true;
    for (int64_t i = 0; i < count; ++i) finite &= std::fabs(x[i]) <= std::numeric_limits<T>::max();
    return finite;
}

template <typename T>
void factorize(int64_t m, int64_t n, T *q, T *r, const T *a, double *memory, double *blocks) {
    double *const work = memory, *const unit = work + m * n, *const v = unit + m * n, *const sums = v + m;
    double *const diagonal = sums + n;
    std::copy_n(a, m * n, work);
    const bool by_blocks = is_large(m, n);
    for (int64_t k = 0; by_blocks && k < n; k += reflections) reduce_columns(k, m, n, work, diagonal, blocks);
    for (int64_t k = 0; !by_blocks && k < n; ++k) {
        for (int64_t i = k; i < m; ++i) v[i] = work[i * n + k];
        diagonal[k] = reflection(m - k, v + k);
        for (int64_t i = k; i < m; ++i) work[i * n + k] = v[i];
        reflect(m - k, v + k, work + k * n, n, k + 1, n, sums);
    }
    std::fill_n(unit, m * n, 0.0);
    for (int64_t k = 0; k < n; ++k) unit[k * n + k] = 1.0;
    if (by_blocks) multiply_out(0, m, n, n, work, unit, blocks);
    for (int64_t k = n; !by_blocks && k-- > 0;) {
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

// The first columns from k on of a symmetric matrix of n rows are reduced to three diagonals, and all behind them
// reflected from both sides at once.  Rows and columns keep the vectors of the reflections.
void reduce_both(int64_t k, int64_t n, double *a, double *diagonal, double *beside, double *memory) {
    constexpr int64_t width = reflections;
    const int64_t size = n - k;  // places are counted from row k on
    double *const vectors = memory, *const others = vectors + width * size, *const corner = a + k * (n + 1);
    std::fill_n(memory, 2 * width * size, 0.0);
    for (int64_t j = 0; j < width; ++j) {
        const int64_t length = size - j - 1;
        double *const v = vectors + j * size + j, *const w = others + j * size + j, *const rest = corner + j * (n + 1);
        std::copy_n(rest, length + 1, v);
        for (int64_t l = 0; l < j; ++l) {
            subtract_multiple(length + 1, others[l * size + j], vectors + l * size + j, v);
            subtract_multiple(length + 1, vectors[l * size + j], others + l * size + j, v);
        }
        diagonal[k + j] = v[0];
        v[0] = 0.0;
        beside[k + j] = reflection(length, v + 1);
        const double scale = scale_of(v[1]);
        parallel_ranges(length, max(16, 4 * task_elements / length), [=](int64_t first, int64_t last) {
            for (int64_t i = first; i < last; ++i) w[i + 1] = dot(length, rest + (i + 1) * n + 1, v + 1);
        });
        for (int64_t l = 0; l < j; ++l) {
            const double *const one = vectors + l * size + j + 1, *const other = others + l * size + j + 1;
            const double along = dot(length, other, v + 1), beyond = dot(length, one, v + 1);
            subtract_multiple(length, along, one, w + 1);
            subtract_multiple(length, beyond, other, w + 1);
        }
        for (int64_t i = 1; i <= length; ++i) w[i] *= scale;
        subtract_multiple(length, 0.5 * scale * dot(length, w + 1, v + 1), v + 1, w + 1);
        if (v[1] == 0.0) std::fill_n(w + 1, length, 0.0);
        for (int64_t i = 0; i < length; ++i) rest[(i + 1) * n] = v[i + 1];
    }
    const int64_t left = size - width;
    double *const behind = corner + width * (n + 1);
    const double *const v = vectors + width, *const w = others + width;
    subtract_product<double>(left, left, width, {v, 1, size}, {w, size, 1}, behind, n);
    subtract_product<double>(left, left, width, {w, 1, size}, {v, size, 1}, behind, n);
}

// The tridiagonal matrix with the eigenvalues of a symmetric one.  `a` is worked on, and keeps the vectors of
// reflections in its columns; the rows of `vectors` become the columns of their product.
void tridiagonalise(int64_t n, double *a, double *vectors, double *diagonal, double *beside, double *v, double *p,
                    double *blocks) {
    const bool by_blocks = is_large(n, n);
    int64_t reduced = 0;
    for (; by_blocks && reduced + 2 * reflections < n; reduced += reflections)
        reduce_both(reduced, n, a, diagonal, beside, blocks);
    for (int64_t k = reduced; k + 1 < n; ++k) {
        const int64_t length = n - k - 1;
        double *const rest = a + (k + 1) * (n + 1);
        diagonal[k] = a[k * (n + 1)];
        for (int64_t i = 0; i < length; ++i) v[i] = a[(k + 1 + i) * n + k];
        beside[k] = reflection(length, v);
        for (int64_t i = 0; i < length; ++i) a[(k + 1 + i) * n + k] = v[i];
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
    if (by_blocks) multiply_out(1, n, n, n - 1, a, vectors, blocks);
    for (int64_t k = n - 1; !by_blocks && k-- > 0;) {
        const int64_t length = n - k - 1;
        for (int64_t i = 0; i < length; ++i) v[i] = a[(k + 1 + i) * n + k];
        reflect(length, v, vectors + (k + 1) * n, n, k + 1, n, p);
    }
    for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < i; ++j) std::swap(vectors[i * n + j], vectors[j * n + i]);
}

// Rotations of neighbouring rows, the last ones first.
struct Sweep {
    int64_t first, end;
    const double *cosines, *sines;

    // Of some vectors of columns, of which each row is loaded once.
    template <int Vectors>
    void turn(double *rows, int64_t row) const {
        constexpr int64_t lanes = lane_count<double>;
        Vector<double> below[Vectors];
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) below[v] = load(rows + end * row + v * lanes);
        for (int64_t k = end; k-- > first;) {
            double *const to = rows + k * row;
            const Vector<double> cosine = Vector<double>{} + cosines[k], sine = Vector<double>{} + sines[k];
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) {
                const Vector<double> one = load(to + v * lanes);
                store(to + row + v * lanes, multiply_add(sine, one, cosine * below[v]));
                below[v] = multiply_add(cosine, one, -(sine * below[v]));
            }
        }
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) store(rows + first * row + v * lanes, below[v]);
    }

    void turn_column(double *rows, int64_t row) const {
        double below = rows[end * row];
        for (int64_t k = end; k-- > first;) {
            const double one = rows[k * row];
            rows[(k + 1) * row] = sines[k] * one + cosines[k] * below;
            below = cosines[k] * one - sines[k] * below;
        }
        rows[first * row] = below;
    }
};

// Sweeps that wait until there are some, each of which then turns columns that are in a cache.
struct Sweeps {
    int64_t n, most, count = 0;
    double *rows, *memory;
    Sweep all[sweeps];

    Sweeps(int64_t n, int64_t most, double *rows, double *memory)
        : n(n), most(most), rows(rows), memory(memory), all() {}

    double *cosines() const { return memory + 2 * count * n; }
    double *sines() const { return cosines() + n; }

    void add(int64_t first, int64_t end) {
        all[count] = {first, end, cosines(), sines()};
        if (++count == most) turn();
    }

    void turn() {
        constexpr int64_t lanes = lane_count<double>, wide = 4 * lanes;
        int64_t rotations = 0;
        for (int64_t number = 0; number < count; ++number) rotations += all[number].end - all[number].first;
        const int64_t each = round_up<wide>(max(wide, 4 * task_elements / max(1, 6 * rotations)));
        parallel_ranges(n, each, [&](int64_t from, int64_t to) {
            for (int64_t j = from; j < to;) {
                const int64_t columns = to - j >= wide ? wide : to - j >= lanes ? lanes : 1;
                for (int64_t number = 0; number < count; ++number) {
                    if (columns == wide) all[number].turn<4>(rows + j, n);
                    else if (columns == lanes) all[number].turn<1>(rows + j, n);
                    else all[number].turn_column(rows + j, n);
                }
                j += columns;
            }
        });
        count = 0;
    }
};

// Eigenvalues of a tridiagonal matrix; rows of vectors are rotated along.  Whether all were found.
bool diagonalise(int64_t n, double *diagonal, double *beside, Sweeps &turned) {
    Tridiagonal matrix(n, diagonal, beside);
    for (int64_t first, end;;) {
        switch (matrix.next(turned.cosines(), turned.sines(), first, end)) {
        case Tridiagonal::Next::failed: return false;
        case Tridiagonal::Next::found: turned.turn(); return true;
        case Tridiagonal::Next::sweep: turned.add(first, end);
        }
    }
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
bool decompose(int64_t n, T *values, T *vectors, const T *a, double *memory, double *blocks) {
    double *const work = memory, *const rows = work + n * n, *const diagonal = rows + n * n;
    double *const beside = diagonal + n, *const v = beside + n, *const p = v + n;
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
    tridiagonalise(n, work, rows, diagonal, beside, v, p, blocks);
    const bool is_one = is_large(n, n);
    Sweeps turned(n, is_one ? sweeps : 1, rows, is_one ? blocks : p + n);
    if (!diagonalise(n, diagonal, beside, turned)) return false;
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
    const int64_t each = 2 * m * n + m + 2 * n;
    each_matrix(count, m, n, m * n * n, [&](int64_t number) {
        T *const own_q = q + number * m * n, *const own_r = r + number * n * n;
        const T *const from = a + number * m * n;
        if (all_finite(m * n, from))
            return factorize(m, n, own_q, own_r, from, scratch + number * each, scratch + count * each);
        std::fill_n(own_q, m * n, static_cast<T>(nan));
        std::fill_n(own_r, n * n, static_cast<T>(nan));
    });
}

template <typename T>
void eigh(int64_t count, int64_t n, T *values, T *vectors, const T *a, double *scratch) {
    if (n == 0) return;
    const int64_t each = 2 * n * n + 6 * n;
    each_matrix(count, n, n, 4 * n * n * n, [&](int64_t number) {
        T *const own_values = values + number * n, *const own_vectors = vectors + number * n * n;
        double *const memory = scratch + number * each, *const blocks = scratch + count * each;
        if (decompose(n, own_values, own_vectors, a + number * n * n, memory, blocks)) return;
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
