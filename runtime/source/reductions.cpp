// Reductions, as far as they do not depend on a body.
#include "tdsl/reduce.hpp"

namespace tdsl {

#define TDSL_INSTANTIATE
#ifdef TDSL_TYPE  // for this type only
TDSL_SHARED_REDUCTIONS(TDSL_INSTANTIATE, TDSL_TYPE)
#else
TDSL_SHARED_REDUCTIONS(TDSL_INSTANTIATE, float)
TDSL_SHARED_REDUCTIONS(TDSL_INSTANTIATE, double)
#endif

}  // namespace tdsl
