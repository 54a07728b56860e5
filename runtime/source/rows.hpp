// The rows of a training: their order in an epoch, and the rows of a minibatch side by side.
#ifndef TDSL_SOURCE_ROWS_HPP
#define TDSL_SOURCE_ROWS_HPP

#include <cstdint>
#include <vector>

namespace tdsl {

// The order of the rows in an epoch of a declared training: that of random words.
std::vector<std::int64_t> row_order(std::int64_t seed, std::int64_t epoch, std::int64_t rows);

// Copies `count` rows in that order, one after the other.
void gather_rows(const char *data, std::int64_t row_bytes, const std::int64_t *order, std::int64_t count, char *to);

}  // namespace tdsl

#endif
