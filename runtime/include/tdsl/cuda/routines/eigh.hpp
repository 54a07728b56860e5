// Eigenvalues and eigenvectors of symmetric matrices: reflections from both sides leave three diagonals, and sweeps of
// rotations diagonalise them.
//
// A phase for each column subtracts the change by the last reflection and multiplies the rest by the vector of the next
// one in the same pass.  One thread finds the sweeps, many in a phase, and the next phase turns each column by all.
#ifndef TDSL_CUDA_ROUTINES_EIGH_HPP
#define TDSL_CUDA_ROUTINES_EIGH_HPP

#include <cstdint>

#include "tdsl/cuda/routine_sizes.hpp"
#include "tdsl/cuda/routines/reflections.hpp"
#include "tdsl/sizes.hpp"
#include "tdsl/tridiagonal.hpp"

namespace tdsl {
namespace routines {

// The memory of a matrix of n rows.
struct Symmetric {
    struct State {
        Tridiagonal matrix;
        Tridiagonal::Next next;
        int power;
        int64_t sweeps;
    };
    int64_t n;
    double *work, *rows, *diagonal, *beside, *first_vector, *products, *recorded;

    inline Symmetric(double *memory, int64_t n, double *recorded)
        : n(n), work(memory), rows(work + n * n), diagonal(rows + n * n), beside(diagonal + n),
          first_vector(beside + n), products(first_vector + n), recorded(recorded) {
        static_assert(sizeof(State) <= state_numbers * sizeof(double));
    }

    inline State &state() const { return *reinterpret_cast<State *>(recorded); }
    inline bool is_failed() const { return state().next == Tridiagonal::Next::failed; }
    inline void begin(bool is_finite, int power) const {
        state().next = is_finite ? Tridiagonal::Next::sweep : Tridiagonal::Next::failed;
        state().power = power;
    }
    inline void begin_sweeps() const {
        diagonal[n - 1] = work[n * n - 1];
        beside[n - 1] = 0.0;
        state().matrix = Tridiagonal(n, diagonal, beside);
    }
    // The vector of reflection k; a row of `work` that no later phase reads keeps it.
    inline double *vector(int64_t k) const { return k == 0 ? first_vector : work + (k - 1) * n; }
    // The product of the matrix and vector k.
    inline double *product(int64_t k) const { return products + k % 2 * n; }
    // The cosines and sines of a recorded sweep, and its first row and end.
    inline double *sweep(int64_t number) const { return recorded + state_numbers + number * (2 * n + 2); }
    inline int64_t *range(int64_t number) const { return reinterpret_cast<int64_t *>(sweep(number) + 2 * n); }
};

// The lower triangle and its mirror image, divided by a power of two, so that no square leaves the range.  Whether all
// its elements are finite.
template <typename T>
inline bool read_symmetric(const Symmetric &of, const T *a, int &power) {
    const int64_t n = of.n;
    double largest = 0.0;
    bool fails = false;
    threads_of(0, n * n, [&](int64_t i) {
        if (i % n > i / n) return;
        fails |= !is_finite(a[i]);
        largest = Larger{}(largest, libm::fabs(static_cast<double>(a[i])));
    });
    if (any_of_block(fails)) return false;
    libm::frexp(block_combined(largest, Larger{}), &power);
    threads_of(0, n * n, [&](int64_t place) {
        const int64_t i = place / n, j = place % n;
        of.work[place] = libm::ldexp(static_cast<double>(a[j <= i ? i * n + j : j * n + i]), -power);
    });
    return true;
}

// The change of a matrix by a reflection: element (i, j) becomes less by v[i] w(j) + w(i) v[j].
struct Change {
    const double *v, *product;
    double scale, along;

    inline double w(int64_t i) const { return product[i] * scale - along * v[i]; }
    inline double after(double element, int64_t i, int64_t j) const { return element - (v[i] * w(j) + w(i) * v[j]); }
};

// All threads of a block take part.
inline Change change(const Symmetric &of, int64_t k) {
    const double *const v = of.vector(k), *const product = of.product(k);
    const double scale = v[k + 1] == 0.0 ? 0.0 : 1.0 / libm::fabs(v[k + 1]);
    double along = 0.0;
    threads_of(k + 1, of.n, [&](int64_t i) { along += product[i] * scale * v[i]; });
    return {v, product, scale, block_sum(along) * 0.5 * scale};
}

// Reduces column k.  All blocks find its reflection, with the same bits, and each takes some of the rows behind it.
inline void reduce_column(const Symmetric &of, int64_t k, int64_t first, int64_t end) {
    const int64_t n = of.n;
    const Change last = k ? change(of, k - 1) : Change{};
    const auto element = [&](int64_t i, int64_t j) {
        const double before = of.work[i * n + j];
        return k ? last.after(before, i, j) : before;
    };
    double *const v = of.vector(k), *const product = of.product(k);
    const double kept = reflection(n - k - 1, [&](int64_t i) { return element(k, k + 1 + i); }, v + k + 1);
    if (thread_index() == 0) {
        of.diagonal[k] = element(k, k);
        of.beside[k] = kept;
    }
    warps_of(first, end, [&](int64_t i) {
        double sum = 0.0;
        lanes_of(k + 1, n, [&](int64_t j) {
            const double own = element(i, j);
            of.work[i * n + j] = own;
            sum += own * v[j];
        });
        sum = warp_sum(sum);
        if (lane_index() == 0) product[i] = sum;
    });
}

// A warp computes column j of the product of all reflections, as a row.
inline void multiply_reflections(const Symmetric &of, int64_t j) {
    const int64_t n = of.n;
    double *const row = of.rows + j * n;
    own_elements(0, n, [&](int64_t i) { row[i] = i == j ? 1.0 : 0.0; });
    for (int64_t k = min(j, n - 1) - 1; k >= 0; --k) reflect(k + 1, n, of.vector(k), row);
}

// The next sweeps, by one thread.
inline void record_sweeps(const Symmetric &of) {
    const int64_t n = of.n;
    Tridiagonal matrix = of.state().matrix;
    Tridiagonal::Next next = of.state().next;
    int64_t sweeps = 0, first, end;
    while (sweeps < n && next == Tridiagonal::Next::sweep) {
        double *const numbers = of.sweep(sweeps);
        next = matrix.next(numbers, numbers + n, first, end);
        if (next != Tridiagonal::Next::sweep) continue;
        of.range(sweeps)[0] = first;
        of.range(sweeps)[1] = end;
        ++sweeps;
    }
    of.state().matrix = matrix;
    of.state().next = next;
    of.state().sweeps = sweeps;
}

// Turns column j of the rows by a sweep.
inline void turn(const Symmetric &of, int64_t first, int64_t end, const double *cosines, const double *sines,
                 int64_t j) {
    const int64_t n = of.n;
    double *const column = of.rows + j;
    double below = column[end * n], one = column[(end - 1) * n];
    for (int64_t k = end; k-- > first;) {
        const double next = k > first ? column[(k - 1) * n] : 0.0;  // need not wait for the store
        column[(k + 1) * n] = sines[k] * one + cosines[k] * below;
        below = cosines[k] * one - sines[k] * below;
        one = next;
    }
    column[first * n] = below;
}

// Sweeps are found by a block, or turn columns of its own, or both in turn until there are no more.
inline void diagonalise(const Symmetric &of, bool finds, bool turns, int64_t first, int64_t last) {
    do {
        barrier();
        if (finds && thread_index() == 0) record_sweeps(of);
        barrier();
        threads_of(first, turns ? last : first, [&](int64_t j) {
            for (int64_t number = 0; number < of.state().sweeps; ++number)
                turn(of, of.range(number)[0], of.range(number)[1], of.sweep(number), of.sweep(number) + of.n, j);
        });
    } while (finds && turns && of.state().next == Tridiagonal::Next::sweep);
}

// A warp stores a value in its place, in ascending order, and its vector as a column.  The sign of a vector: elements
// that rounding could make the largest one do not decide it.
template <typename T>
inline void write_vector(const Symmetric &of, int64_t k, int power, T *values, T *vectors) {
    const int64_t n = of.n;
    const double *const vector = of.rows + k * n;
    double largest = 0.0;
    int64_t at = 0, first = n;
    lanes_of(0, n, [&](int64_t i) {
        largest = Larger{}(largest, libm::fabs(vector[i]));
        at += of.diagonal[i] < of.diagonal[k] || (of.diagonal[i] == of.diagonal[k] && i < k);
    });
    largest = warp_combined(largest, Larger{});
    at = warp_sum(at);
    lanes_of(0, n, [&](int64_t i) {
        if (libm::fabs(vector[i]) >= 0.55 * largest) first = min(first, i);
    });
    first = warp_combined(first, [](int64_t a, int64_t b) { return min(a, b); });
    const double sign = first < n && vector[first] < 0.0 ? -1.0 : 1.0;
    lanes_of(0, n, [&](int64_t i) { vectors[i * n + at] = static_cast<T>(sign * vector[i]); });
    if (lane_index() == 0) values[at] = static_cast<T>(libm::ldexp(of.diagonal[k], power));
}

// A warp does so for a matrix without values.
template <typename T>
inline void write_nothing(int64_t n, int64_t k, T *values, T *vectors) {
    lanes_of(0, n, [&](int64_t i) { vectors[i * n + k] = static_cast<T>(not_a_number); });
    if (lane_index() == 0) values[k] = static_cast<T>(not_a_number);
}

}  // namespace routines

template <typename T>
inline void eigh(const tdsl_launch &call, int64_t count, int64_t n, T *values, T *vectors, const T *a,
                 double *scratch) {
    using namespace routines;
    const int64_t phase = call.phase, sweeps = phase - (n + 1);
    if (n == 0) return;
    const auto matrix = [&](int64_t number) {
        double *const recorded = reinterpret_cast<double *>(call.scratch) + number * eigh_numbers(n);
        return Symmetric(scratch + number * (2 * n * n + 6 * n), n, recorded);
    };
    // work(matrix, first, last) for ranges of so many rows or columns.
    const auto ranges_of = [&](int64_t size, const auto &work) {
        const int64_t ranges = ceil_div(n, size);
        blocks_of(count * ranges, [&](int64_t item) {
            const Symmetric of = matrix(item / ranges);
            const int64_t first = item % ranges * size;
            if (!of.is_failed()) work(of, first, min(first + size, n));
        });
    };
    if (phase == 0)
        return blocks_of(count, [&](int64_t number) {
            const Symmetric of = matrix(number);
            int power = 0;
            const bool is_finite = read_symmetric(of, a + number * n * n, power);
            if (thread_index() == 0) of.begin(is_finite, power);
        });
    if (phase < n)
        return ranges_of(block_warps, [&](const Symmetric &of, int64_t first, int64_t last) {
            if (last > phase) reduce_column(of, phase - 1, max(first, phase), last);
        });
    if (phase == n)
        return ranges_of(block_warps, [&](const Symmetric &of, int64_t first, int64_t last) {
            if (thread_index() == 0 && first == 0) of.begin_sweeps();
            warps_of(first, last, [&](int64_t j) { multiply_reflections(of, j); });
        });
    if (sweeps <= 2 * sweep_phases) {
        const bool finds = sweeps % 2 == 0, turns = !finds || sweeps == 2 * sweep_phases;
        return ranges_of(finds ? n : turned_columns, [&](const Symmetric &of, int64_t first, int64_t last) {
            diagonalise(of, finds, turns, first, last);
        });
    }
    all_warps(count * n, [&](int64_t item) {
        const int64_t number = item / n;
        const Symmetric of = matrix(number);
        T *const own_values = values + number * n, *const own_vectors = vectors + number * n * n;
        if (of.is_failed()) write_nothing(n, item % n, own_values, own_vectors);
        else write_vector(of, item % n, of.state().power, own_values, own_vectors);
    });
}

}  // namespace tdsl

#endif
