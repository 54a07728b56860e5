// The QL algorithm with implicit shifts for symmetric tridiagonal matrices (H. Bowdler, R. S. Martin, C. Reinsch and
// J. H. Wilkinson, 1968).
#ifndef TDSL_TRIDIAGONAL_HPP
#define TDSL_TRIDIAGONAL_HPP

#include <cstdint>

#include "tdsl/libm.hpp"

namespace tdsl {

// Finds eigenvalues on the diagonal by sweeps of rotations of neighbours; `beside` has as many elements, the last one
// of which is 0.
class Tridiagonal {
public:
    enum class Next { sweep, found, failed };

    inline Tridiagonal(int64_t n, double *diagonal, double *beside) : n_(n), diagonal_(diagonal), beside_(beside) {
        for (int64_t i = 0; i < n; ++i) {
            const double size = libm::fabs(diagonal[i]) + libm::fabs(beside[i]);
            norm_ = size > norm_ ? size : norm_;
        }
    }

    // The next sweep, with the rotations first … end - 1, the last ones first; or all eigenvalues are found.
    inline Next next(double *cosines, double *sines, int64_t &first, int64_t &end) {
        for (; low_ < n_; ++low_, sweep_ = 0)
            while (!is_split(end)) {
                if (sweep_++ == most_sweeps) return Next::failed;
                first = sweep(end, cosines, sines);
                if (first < end) return Next::sweep;
            }
        return Next::found;
    }

private:
    static constexpr double eps = 0x1p-52;
    // Sweeps for each eigenvalue: two are usual.  After more, elements that are rounding errors of the whole matrix are
    // neglected even beside smaller ones.
    static constexpr int many_sweeps = 20, most_sweeps = 60;

    // Whether the lowest eigenvalue is found; otherwise the end of its block.
    inline bool is_split(int64_t &end) const {
        for (end = low_; end + 1 < n_; ++end) {
            const double around = libm::fabs(diagonal_[end]) + libm::fabs(diagonal_[end + 1]);
            if (libm::fabs(beside_[end]) <= eps * (sweep_ < many_sweeps ? around : norm_)) break;
        }
        return end == low_;
    }

    inline int64_t sweep(int64_t end, double *cosines, double *sines) {
        double *const diagonal = diagonal_, *const beside = beside_;
        const int64_t low = low_;
        double g = (diagonal[low + 1] - diagonal[low]) / (2.0 * beside[low]), r = libm::hypot(g, 1.0);
        g = diagonal[end] - diagonal[low] + beside[low] / (g + libm::copysign(r, g));
        double s = 1.0, c = 1.0, shift = 0.0;
        int64_t i = end;
        for (; i-- > low;) {
            const double f = s * beside[i], b = c * beside[i];
            r = libm::hypot(f, g);
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
        if (r == 0.0 && first > low) return first;
        diagonal[low] -= shift;
        beside[low] = g;
        beside[end] = 0.0;
        return first;
    }

    int64_t n_;
    double *diagonal_, *beside_;
    double norm_ = 0.0;
    int64_t low_ = 0;
    int sweep_ = 0;
};

}  // namespace tdsl

#endif
