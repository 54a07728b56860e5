// A block of values reduced in vector lanes, and the blocks combined pairwise.
#ifndef TDSL_REDUCE_BLOCKS_HPP
#define TDSL_REDUCE_BLOCKS_HPP

#include <cstring>

#include "tdsl/kernels.hpp"
#include "tdsl/reduce/combiners.hpp"

namespace tdsl {

constexpr int64_t block_elements = 512;

// Pairwise combination: a balanced tree whose shape depends on the number of values only.
template <typename Combiner>
class PairwiseTree {
public:
    using Accumulator = typename Combiner::Accumulator;
    void add(Accumulator value) {
        int level = 0;
        for (uint64_t count = count_++; count & 1; count >>= 1, ++level) value = Combiner::combine(part_[level], value);
        part_[level] = value;
    }
    bool empty() const { return count_ == 0; }
    Accumulator total() const {
        Accumulator value = Combiner::identity();
        bool empty = true;
        int level = 0;
        for (uint64_t count = count_; count; count >>= 1, ++level) {
            if (!(count & 1)) continue;
            value = empty ? part_[level] : Combiner::combine(part_[level], value);
            empty = false;
        }
        return value;
    }

private:
    uint64_t count_ = 0;
    Accumulator part_[48];
};

// Combines the lanes of a vector, one half with the other.
template <typename Combiner, typename Vector>
inline typename Combiner::Accumulator horizontal_reduce(Vector lanes) {
    using Accumulator = typename Combiner::Accumulator;
    typedef Accumulator Half __attribute__((vector_size(sizeof(Vector) / 2)));
    Half part[2];
    std::memcpy(part, &lanes, sizeof part);
    const Half combined = Combiner::combine(part[0], part[1]);
    if constexpr (sizeof(Half) == sizeof(Accumulator)) return combined[0];
    else return horizontal_reduce<Combiner>(combined);
}

// Padding granularity of blocks and rows; the padding holds the identity element.
template <typename Accumulator>
constexpr int64_t padding_of = 64 / sizeof(Accumulator) < masked_lanes ? masked_lanes : 64 / sizeof(Accumulator);

// Reduces a padded block to one value.
template <typename Combiner>
TDSL_NOINLINE typename Combiner::Accumulator reduce_block(const typename Combiner::Accumulator *block, int64_t count) {
    using Accumulator = typename Combiner::Accumulator;
    typedef Accumulator Vector __attribute__((vector_size(64)));
    Vector total[2] = {Vector{} + Combiner::identity(), Vector{} + Combiner::identity()};
    const Vector *const vectors = reinterpret_cast<const Vector *>(block);
    const int64_t vector_count = ceil_div(count, 64 / sizeof(Accumulator));
    int64_t i = 0;
    for (; i + 2 <= vector_count; i += 2) {
        total[0] = Combiner::combine(total[0], vectors[i]);
        total[1] = Combiner::combine(total[1], vectors[i + 1]);
    }
    if (i < vector_count) total[0] = Combiner::combine(total[0], vectors[i]);
    return horizontal_reduce<Combiner>(Combiner::combine(total[0], total[1]));
}

// Writes value(first) … value(last - 1) and the padding into a block.
template <typename Combiner, typename Inner>
inline void fill_block(typename Combiner::Accumulator *block, int64_t first, int64_t last, const Inner &value) {
    using Accumulator = typename Combiner::Accumulator;
    const auto put = [&](int64_t i, bool exists) {
        Accumulator here = Combiner::identity();
        if (exists) here = Accumulator(value(first + i));
        block[i] = here;
    };
    padded_vector_loop<padding_of<Accumulator>>(put, last - first);
}

// Reduces the values of many inner loops, a block at a time.
template <typename Combiner>
class BlockedReduction {
public:
    using Accumulator = typename Combiner::Accumulator;
    template <typename Inner>
    void add(int64_t first, int64_t last, const Inner &value) {
        while (first < last) {
            const int64_t taken = min(last - first, block_elements - count_);
            fill_block<Combiner>(block_ + count_, first, first + taken, value);
            padded_ = count_ + round_up<padding>(taken);
            count_ += taken;
            first += taken;
            if (count_ == block_elements) tree_.add(combined_block()), count_ = 0;
        }
    }
    Accumulator total() {
        if (tree_.empty() && count_ > 0) return combined_block();
        if (count_ > 0) tree_.add(combined_block());
        return tree_.total();
    }

private:
    static constexpr int64_t padding = padding_of<Accumulator>;

    Accumulator combined_block() {
        if (padded_ < round_up<padding>(count_))
            for (int64_t lane = 0; lane < padding; ++lane) block_[count_ + lane] = Combiner::identity();
        return reduce_block<Combiner>(block_, count_);
    }
    alignas(64) Accumulator block_[block_elements + padding];
    int64_t count_ = 0, padded_ = 0;
    PairwiseTree<Combiner> tree_;
};

constexpr int64_t most_axes = 64;

// The sizes of some axes.  Their number is not part of the type, so that the splitting into tasks is compiled once.
struct AxisSizes {
    const int64_t *sizes;
    int64_t count;

    int64_t element_count() const {
        int64_t total = 1;
        for (int64_t axis = 0; axis < count; ++axis) total *= sizes[axis];
        return total;
    }
    void locate(int64_t number, int64_t *at) const {
        for (int64_t axis = count; axis-- > 0; number /= sizes[axis]) at[axis] = number % sizes[axis];
    }
    void next(int64_t *at) const {
        for (int64_t axis = count; axis-- > 0; at[axis] = 0)
            if (++at[axis] < sizes[axis]) return;
    }
};

// The size of the parts that a long axis is cut into: at least `least`, and at most `most` parts.
inline int64_t part_size(int64_t size, int64_t least, int64_t most) { return max(ceil_div(size, most), least); }

// Whether a reduction has so few elements that it runs scalar.
template <std::size_t Kept, std::size_t Reduced>
TDSL_INLINE bool is_scalar_reduction(const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced]) {
    const int64_t count = element_count<Kept>(kept) * element_count<Reduced>(reduced);
    return 0 < count && count <= scalar_elements;
}

}  // namespace tdsl

#endif
