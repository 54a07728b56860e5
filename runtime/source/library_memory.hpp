// The memory that a call may need, as runtime/python/memory.py finds it.
#ifndef TDSL_SOURCE_LIBRARY_MEMORY_HPP
#define TDSL_SOURCE_LIBRARY_MEMORY_HPP

#include "tdsl/abi.h"

#include <cstdint>

namespace tdsl::library {

struct Limit {
    std::int64_t bytes;
    const char *origin;
};
Limit memory_limit(const tdsl_module &module);

}  // namespace tdsl::library

#endif
