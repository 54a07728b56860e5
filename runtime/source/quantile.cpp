// The quantile of the standard normal distribution, for a number or a vector of them.
#include "tdsl/quantile.hpp"

#include "tdsl/random.hpp"

namespace tdsl {

double normal_quantile(double p) { return quantile::normal(p); }

}  // namespace tdsl
