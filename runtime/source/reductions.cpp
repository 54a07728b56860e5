// The parts of reductions that do not depend on what is reduced.
#include "tdsl/reduce.hpp"

namespace tdsl {

#define TDSL_HERE
#ifdef TDSL_TYPE  // of that type alone
TDSL_SHARED_REDUCTIONS(TDSL_HERE, TDSL_TYPE)
#else
TDSL_SHARED_REDUCTIONS(TDSL_HERE, float)
TDSL_SHARED_REDUCTIONS(TDSL_HERE, double)
#endif

}  // namespace tdsl
