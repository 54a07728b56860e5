// The sizes of the data caches, for the blocking of products.
#ifndef TDSL_SOURCE_CACHES_HPP
#define TDSL_SOURCE_CACHES_HPP

#include <cstdint>

namespace tdsl {

// Bytes of a core's L1 data cache and of its L2 cache, or its share of that.
struct Caches {
    std::int64_t first, second;
};

// The caches of this processor, determined once; defaults replace sizes that are missing or implausible.
const Caches &caches();

// Replaces them, so that tests can try the blocks of other processors.  Not while a product runs.
void use_caches(Caches other);

}  // namespace tdsl

#endif
