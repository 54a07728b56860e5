// Largest errors, in units in the last place, of the float functions, or of one of them, over every STEP-th float.
// Its arguments: STEP [NAME].
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tdsl/math.hpp"

template <typename Function, typename Exact>
void sweep(const char *name, uint64_t step, Function function, Exact exact) {
    double worst = 0;
    long wrong = 0;
    for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += step) {
        const float x = tdsl::float_of(static_cast<uint32_t>(bits));
        const float found = function(x);
        const double right = exact(double(x));
        const float rounded = float(right);
        if ((found != found) != (rounded != rounded) || tdsl::isinf(found) != tdsl::isinf(rounded)) ++wrong;
        if (found == rounded || found != found || tdsl::isinf(rounded)) continue;
        int exponent;
        std::frexp(right, &exponent);
        const double error = std::fabs(found - right) / std::ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
        worst = error > worst ? error : worst;
    }
    std::printf("%s %.3f %ld\n", name, worst, wrong);
}

#define SWEEP(name)                                              \
    if (count < 3 || std::strcmp(arguments[2], #name) == 0)      \
    sweep(#name, step, [](float x) { return tdsl::name(x); }, [](double x) { return tdsl::name(x); })

int main(int count, char **arguments) {
    const uint64_t step = std::strtoull(arguments[1], nullptr, 10);
    SWEEP(exp);
    SWEEP(expm1);
    SWEEP(log);
    SWEEP(log1p);
    SWEEP(tanh);
    SWEEP(sigmoid);
    SWEEP(softplus);
    SWEEP(log1mexp);
    SWEEP(erf);
    SWEEP(erfc);
}
