// The parts of reductions that do not depend on what is reduced.
#include "tdsl/reduce.hpp"

namespace tdsl {

#define TDSL_HERE
TDSL_SHARED_REDUCTIONS(TDSL_HERE, float)
TDSL_SHARED_REDUCTIONS(TDSL_HERE, double)

}  // namespace tdsl
