// The functions of random.hpp that are objects of their own on a CPU.
#ifndef TDSL_CUDA_DRAWS_HPP
#define TDSL_CUDA_DRAWS_HPP

#include "tdsl/binomial.hpp"
#include "tdsl/quantile.hpp"
#include "tdsl/random.hpp"

namespace tdsl {

inline double normal_quantile(double p) { return quantile::normal(p); }
inline int64_t random_binomial(int64_t bits, int64_t count, double p) { return binomial::draw(bits, count, p); }

}  // namespace tdsl

#endif
