// See rows.hpp.
#include "rows.hpp"

#include "tdsl/random.hpp"
#include "tdsl/tasks.hpp"

#include <algorithm>
#include <cstring>

namespace tdsl {
namespace {

constexpr std::int64_t gather_bytes = 1 << 16;  // in one task

template <typename Row>
void copy_rows(const char *from, const std::int64_t *order, std::int64_t first, std::int64_t last, char *to) {
    for (std::int64_t row = first; row < last; ++row)
        std::memcpy(to + row * std::int64_t{sizeof(Row)}, from + order[row] * std::int64_t{sizeof(Row)}, sizeof(Row));
}

struct Drawn {
    std::uint64_t word;
    std::int64_t row;
    bool operator<(const Drawn &other) const { return word != other.word ? word < other.word : row < other.row; }
};

}  // namespace

std::vector<std::int64_t> row_order(std::int64_t seed, std::int64_t epoch, std::int64_t rows) {
    std::vector<Drawn> drawn(static_cast<std::size_t>(rows));
    for (std::int64_t row = 0; row < rows; ++row)
        drawn[static_cast<std::size_t>(row)] = {static_cast<std::uint64_t>(random_word(seed, ~epoch, row)), row};
    std::sort(drawn.begin(), drawn.end());
    std::vector<std::int64_t> order(drawn.size());
    std::transform(drawn.begin(), drawn.end(), order.begin(), [](const Drawn &one) { return one.row; });
    return order;
}

void gather_rows(const char *data, std::int64_t row_bytes, const std::int64_t *order, std::int64_t count, char *to) {
    const std::int64_t in_task = std::max<std::int64_t>(1, gather_bytes / std::max<std::int64_t>(1, row_bytes));
    parallel_ranges(count, in_task, [&](std::int64_t first, std::int64_t last) {
        if (row_bytes == 4) return copy_rows<std::uint32_t>(data, order, first, last, to);
        if (row_bytes == 8) return copy_rows<std::uint64_t>(data, order, first, last, to);
        for (std::int64_t row = first; row < last; ++row)
            std::memcpy(to + row * row_bytes, data + order[row] * row_bytes, static_cast<std::size_t>(row_bytes));
    });
}

}  // namespace tdsl
