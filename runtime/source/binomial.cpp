// Binomial numbers.
#include "tdsl/binomial.hpp"

namespace tdsl {

int64_t random_binomial(int64_t bits, int64_t count, double p) { return binomial::draw(bits, count, p); }

}  // namespace tdsl
