// The sizes of the data caches that products are blocked for.
#ifndef TDSL_SOURCE_CACHES_HPP
#define TDSL_SOURCE_CACHES_HPP

#include <cstdint>

namespace tdsl {

// Bytes of the first and second data cache of a core, `second` without what many cores share.
struct Caches {
    std::int64_t first, second;
};

// Those of this processor, found once; what it does not tell, or cannot be, is that of most processors.
const Caches &caches();

// Exchanges them: tests try the blocks of other processors.  Not while anything is computed.
void use_caches(Caches other);

}  // namespace tdsl

#endif
