// Reductions over nests: kept axes first, then reduced ones.
//
// Sums are accurate and reproducible: blocks are summed in vector lanes, blocks are joined as a balanced tree, and
// where blocks begin depends on the sizes alone.
#ifndef TDSL_REDUCE_HPP
#define TDSL_REDUCE_HPP

#include <limits>
#include <type_traits>

#include "tdsl/kernels.hpp"

// How vectors are passed depends on the processor, which matters to nobody: functions that take them are inlined.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace tdsl {

constexpr int64_t block_elements = 512;
constexpr int64_t column_elements = 256;
constexpr int64_t column_rows = 128;
constexpr int64_t most_axes = 64;

// An integer type whose arithmetic wraps, so that vectors of it may overflow; reals are themselves, bool is a byte.
template <typename T, bool Integer = std::is_integral_v<T>>
struct Wrapping {
    using type = T;
};
template <typename T>
struct Wrapping<T, true> {
    using type = std::make_unsigned_t<T>;
};
template <>
struct Wrapping<bool, true> {
    using type = uint8_t;
};

// How two values of a reduction are joined.  `Work` is the type of the accumulators; V is it or a vector of it.
template <typename T>
struct Sum {
    using Value = T;
    using Work = typename Wrapping<T>::type;
    static Work first() { return Work(0); }
    template <typename V>
    static V join(V a, V b) { return V(a + b); }
};

template <typename T>
struct Prod {
    using Value = T;
    using Work = typename Wrapping<T>::type;
    static Work first() { return Work(1); }
    template <typename V>
    static V join(V a, V b) { return V(a * b); }
};

// NaN wins, as in NumPy.
template <typename T>
struct Max {
    using Value = T;
    using Work = T;
    static Work first() {
        return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                    : std::numeric_limits<T>::lowest();
    }
    template <typename V>
    static V join(V a, V b) {
        const auto keep = a >= b;
        const auto nan = a != a;
        return (keep | nan) ? a : b;
    }
};

template <typename T>
struct Min {
    using Value = T;
    using Work = T;
    static Work first() {
        return std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                    : std::numeric_limits<T>::max();
    }
    template <typename V>
    static V join(V a, V b) {
        const auto keep = a <= b;
        const auto nan = a != a;
        return (keep | nan) ? a : b;
    }
};

template <typename T>
struct Any {
    using Value = uint8_t;  // as bools lie in memory
    using Work = uint8_t;
    static Work first() { return 0; }
    template <typename V>
    static V join(V a, V b) { return V(a | b); }
};

template <typename T>
struct All {
    using Value = uint8_t;  // as bools lie in memory
    using Work = uint8_t;
    static Work first() { return 1; }
    template <typename V>
    static V join(V a, V b) { return V(a & b); }
};

// Joins values two by two as they come: a balanced tree whose shape depends on their number only.
template <typename How>
class Tree {
public:
    using Work = typename How::Work;
    void add(Work value) {
        int level = 0;
        for (uint64_t count = count_++; count & 1; count >>= 1, ++level) value = How::join(part_[level], value);
        part_[level] = value;
    }
    Work total() const {
        Work value = How::first();
        bool empty = true;
        int level = 0;
        for (uint64_t count = count_; count; count >>= 1, ++level) {
            if (!(count & 1)) continue;
            value = empty ? part_[level] : How::join(part_[level], value);
            empty = false;
        }
        return value;
    }

private:
    uint64_t count_ = 0;
    Work part_[48];
};

// The lanes of a vector to one value, half and half.
template <typename How, typename Vector>
inline typename How::Work across(Vector lanes) {
    using Work = typename How::Work;
    typedef Work Half __attribute__((vector_size(sizeof(Vector) / 2)));
    Half part[2];
    std::memcpy(part, &lanes, sizeof part);
    const Half joined = How::join(part[0], part[1]);
    if constexpr (sizeof(Half) == sizeof(Work)) return joined[0];
    else return across<How>(joined);
}

// What is filled up with the neutral value, where lines or blocks end.
template <typename Work>
constexpr int64_t step_of = 64 / sizeof(Work) < masked_lanes ? masked_lanes : 64 / sizeof(Work);

// A block, filled up to whole steps, to one value, in lanes.
template <typename How>
TDSL_NOINLINE typename How::Work fold(const typename How::Work *block, int64_t count) {
    using Work = typename How::Work;
    typedef Work Vector __attribute__((vector_size(64)));
    Vector total[2] = {Vector{} + How::first(), Vector{} + How::first()};
    const Vector *const vectors = reinterpret_cast<const Vector *>(block);
    const int64_t vector_count = pieces(count, 64 / sizeof(Work));
    int64_t i = 0;
    for (; i + 2 <= vector_count; i += 2) {
        total[0] = How::join(total[0], vectors[i]);
        total[1] = How::join(total[1], vectors[i + 1]);
    }
    if (i < vector_count) total[0] = How::join(total[0], vectors[i]);
    return across<How>(How::join(total[0], total[1]));
}

// The values from first to last into a block, and what fills it up.
template <typename How, typename Line>
inline void fill(typename How::Work *block, int64_t first, int64_t last, const Line &value) {
    using Work = typename How::Work;
    const auto put = [&](int64_t i, bool there) {
        Work here = How::first();
        if (there) here = Work(value(first + i));
        block[i] = here;
    };
    filled_line<step_of<Work>>(put, last - first);
}

// Joins the values of lines, a block at a time.
template <typename How>
class Blocks {
public:
    using Work = typename How::Work;
    template <typename Line>
    void add(int64_t first, int64_t last, const Line &value) {
        while (first < last) {
            const int64_t taken = smaller(last - first, block_elements - count_);
            fill<How>(block_ + count_, first, first + taken, value);
            filled_ = count_ + filled<step>(taken);
            count_ += taken;
            first += taken;
            if (count_ == block_elements) empty();
        }
    }
    Work total() {
        if (count_ > 0) empty();
        return tree_.total();
    }

private:
    static constexpr int64_t step = step_of<Work>;

    void empty() {
        if (filled_ < filled<step>(count_))
            for (int64_t lane = 0; lane < step; ++lane) block_[count_ + lane] = How::first();
        tree_.add(fold<How>(block_, count_));
        count_ = 0;
    }
    alignas(64) Work block_[block_elements + step];
    int64_t count_ = 0, filled_ = 0;
    Tree<How> tree_;
};

// The body of the inner loop at the indices of the other loops, kept and reduced.
template <typename Body, std::size_t... Kept, std::size_t... Reduced>
inline auto at_line(const Body &body, const int64_t *kept, const int64_t *reduced, std::index_sequence<Kept...>,
                    std::index_sequence<Reduced...>) {
    static_cast<void>(kept);
    static_cast<void>(reduced);
    return body(kept[Kept]..., reduced[Reduced]...);
}

// Sizes of the two groups of axes, whose numbers are no part of a type: what shares the work is compiled once.
struct Axes {
    const int64_t *sizes;
    int64_t count;

    int64_t total() const {
        int64_t product = 1;
        for (int64_t axis = 0; axis < count; ++axis) product *= sizes[axis];
        return product;
    }
    void locate(int64_t number, int64_t *at) const {
        for (int64_t axis = count; axis-- > 0; number /= sizes[axis]) at[axis] = number % sizes[axis];
    }
    void next(int64_t *at) const {
        for (int64_t axis = count; axis-- > 0; at[axis] = 0)
            if (++at[axis] < sizes[axis]) return;
    }
};

// One row: the lines from start to end of its reduced axes, of each the elements from first to last.
template <typename How, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_NOINLINE typename How::Work part_of_row(const void *shared, const int64_t *row, const int64_t *reduced,
                                             int64_t start, int64_t end, int64_t first, int64_t last) {
    const Body body = *static_cast<const Body *>(shared);
    Lines<Reduced - 1> position(reduced, start);
    const auto values = [&] {
        return at_line(body, row, position.at, std::make_index_sequence<Kept>{},
                       std::make_index_sequence<Reduced - 1>{});
    };
    if (start + 1 == end && last - first <= block_elements) {
        alignas(64) typename How::Work block[block_elements];
        fill<How>(block, first, last, values());
        return fold<How>(block, last - first);
    }
    Blocks<How> blocks;
    for (int64_t number = start; number < end; ++number, position.next()) blocks.add(first, last, values());
    return blocks.total();
}

template <typename How>
using PartOfRow = typename How::Work (*)(const void *body, const int64_t *row, const int64_t *reduced, int64_t start,
                                         int64_t end, int64_t first, int64_t last);

// Shares out the rows, or parts of them.
template <typename How>
void share_rows(PartOfRow<How> part, const void *body, Axes kept, Axes reduced, typename How::Value *target) {
    using Value = typename How::Value;
    using Work = typename How::Work;
    const int64_t rows = kept.total();
    const int64_t length = reduced.sizes[reduced.count - 1];
    const int64_t lines = Axes{reduced.sizes, reduced.count - 1}.total();
    const int64_t work = lines * length;
    if (work == 0) {
        for (int64_t row = 0; row < rows; ++row) target[row] = Value(How::first());
        return;
    }
    if (rows >= few_rows || work <= 2 * task_elements) {
        const int64_t each = rows * work <= 2 * task_elements ? rows : pieces(task_elements, work);
        if (rows == 0) return;
        parallel(pieces(rows, each), [&](int64_t task) {
            const int64_t end = smaller(rows, (task + 1) * each);
            int64_t at[most_axes];
            kept.locate(task * each, at);
            for (int64_t row = task * each; row < end; ++row, kept.next(at))
                target[row] = Value(part(body, at, reduced.sizes, 0, lines, 0, length));
        });
        return;
    }
    // Few long rows: each is cut into at most 256 parts.
    constexpr int64_t most = 256;
    const int64_t size = lines > 1 ? lines : length;
    const int64_t least = lines > 1 ? pieces(task_elements, length) : task_elements;
    int64_t each = pieces(size, most);
    each = each < least ? least : each;
    const int64_t parts = pieces(size, each);
    for (int64_t row = 0; row < rows; ++row) {
        int64_t at[most_axes];
        kept.locate(row, at);
        Work values[most];
        parallel(parts, [&](int64_t task) {
            const int64_t first = task * each, last = smaller(size, first + each);
            const bool by_lines = lines > 1;
            values[task] = part(body, at, reduced.sizes, by_lines ? first : 0, by_lines ? last : 1,
                                by_lines ? 0 : first, by_lines ? length : last);
        });
        Tree<How> tree;
        for (int64_t task = 0; task < parts; ++task) tree.add(values[task]);
        target[row] = Value(tree.total());
    }
}

// A few elements one by one, in the order of the body's indices.
template <typename How, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_NOINLINE void reduce_few_rows(const int64_t *kept, const int64_t *reduced, typename How::Value *target,
                                   const Body &body) {
    const int64_t rows = product<Kept>(kept), lines = product<Reduced - 1>(reduced), length = reduced[Reduced - 1];
    Lines<Kept> row(kept, 0);
    for (int64_t number = 0; number < rows; ++number, row.next()) {
        typename How::Work total = How::first();
        Lines<Reduced - 1> position(reduced, 0);
        for (int64_t at = 0; at < lines; ++at, position.next()) {
            const auto value = at_line(body, row.at, position.at, std::make_index_sequence<Kept>{},
                                       std::make_index_sequence<Reduced - 1>{});
            for (int64_t i = 0; i < length; ++i) one_by_one(), total = How::join(total, typename How::Work(value(i)));
        }
        target[number] = typename How::Value(total);
    }
}

template <typename How, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_INLINE void few_columns(const int64_t *kept, const int64_t *reduced, typename How::Value *target, const Body &body,
                             int64_t columns) {
    const int64_t groups = product<Kept - 1>(kept), rows = product<Reduced>(reduced);
    Lines<Kept - 1> group(kept, 0);
    for (int64_t number = 0; number < groups; ++number, group.next(), target += columns) {
        typename How::Work totals[few_elements];
#pragma GCC unroll 4
        for (int64_t j = 0; j < columns; ++j) one_by_one(), totals[j] = How::first();
        Lines<Reduced> position(reduced, 0);
        for (int64_t row = 0; row < rows; ++row, position.next()) {
            const auto value = at_line(body, group.at, position.at, std::make_index_sequence<Kept - 1>{},
                                       std::make_index_sequence<Reduced>{});
#pragma GCC unroll 4
            for (int64_t j = 0; j < columns; ++j)
                one_by_one(), totals[j] = How::join(totals[j], typename How::Work(value(j)));
        }
#pragma GCC unroll 4
        for (int64_t j = 0; j < columns; ++j) one_by_one(), target[j] = typename How::Value(totals[j]);
    }
}

template <typename How, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_NOINLINE void reduce_few_columns(const int64_t *kept, const int64_t *reduced, typename How::Value *target,
                                      const Body &body) {
    few_columns<How, Kept, Reduced>(kept, reduced, target, body, kept[Kept - 1]);
}

template <std::size_t Kept, std::size_t Reduced>
TDSL_INLINE bool are_few(const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced]) {
    const int64_t count = product<Kept>(kept) * product<Reduced>(reduced);
    return 0 < count && count <= few_elements;
}

// The inner loop runs along the last reduced axis.
template <typename How, std::size_t Kept, std::size_t Reduced, typename Body>
inline void reduce_rows(const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced], typename How::Value *target,
                        const Body &body) {
    static_assert(Kept <= most_axes);
    if (are_few(kept, reduced)) return reduce_few_rows<How, Kept, Reduced>(kept, reduced, target, body);
    share_rows<How>(part_of_row<How, Kept, Reduced, Body>, &body, {kept, Kept}, {reduced, Reduced}, target);
}

// Rows from first to last of the reduced axes, joined into `count` columns from `column` on; what fills these up to
// whole steps is written too.
template <typename How, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_NOINLINE void gather_columns(const void *shared, typename How::Work *total, const int64_t *outer,
                                  const int64_t *reduced, int64_t column, int64_t count, int64_t first, int64_t last) {
    using Work = typename How::Work;
    const Body body = *static_cast<const Body *>(shared);
    Work part[column_elements];
    const int64_t width = filled<step_of<Work>>(count);
    for (int64_t j = 0; j < width; ++j) total[j] = How::first();
    Lines<Reduced> position(reduced, first);
    for (int64_t start = first; start < last; start += column_rows) {
        const int64_t end = smaller(last, start + column_rows);
        for (int64_t j = 0; j < width; ++j) part[j] = How::first();
        for (int64_t row = start; row < end; ++row, position.next()) {
            const auto value = at_line(body, outer, position.at, std::make_index_sequence<Kept - 1>{},
                                       std::make_index_sequence<Reduced>{});
            const auto join = [&](int64_t j, bool there) {
                Work here = part[j];
                if (there) here = How::join(here, Work(value(column + j)));
                part[j] = here;
            };
            filled_line<step_of<Work>>(join, count);
        }
#pragma GCC unroll 1
        for (int64_t j = 0; j < width; ++j) total[j] = How::join(total[j], part[j]);
    }
}

template <typename How>
using GatherColumns = void (*)(const void *body, typename How::Work *total, const int64_t *outer,
                               const int64_t *reduced, int64_t column, int64_t count, int64_t first, int64_t last);

// Shares out the columns, or the rows of few columns.
template <typename How>
void share_columns(GatherColumns<How> gather, const void *body, Axes kept, Axes reduced, typename How::Value *target) {
    using Value = typename How::Value;
    using Work = typename How::Work;
    const Axes outer{kept.sizes, kept.count - 1};
    const int64_t columns = kept.sizes[kept.count - 1];
    const int64_t groups = outer.total();
    const int64_t rows = reduced.total();
    if (groups * columns == 0) return;
    const int64_t strips = pieces(columns, column_elements);
    const int64_t width = smaller(columns, column_elements);
    constexpr int64_t most = 16;
    if (rows * columns > 2 * task_elements && groups * strips < most) {
        // Few columns, many rows: the rows are cut into at most 16 parts.
        int64_t each = pieces(rows, most);
        const int64_t least = pieces(task_elements, width);
        each = each < least ? least : each;
        const int64_t parts = pieces(rows, each);
        for (int64_t group = 0; group < groups; ++group) {
            int64_t at[most_axes];
            outer.locate(group, at);
            for (int64_t strip = 0; strip < strips; ++strip) {
                const int64_t column = strip * column_elements;
                const int64_t count = smaller(column_elements, columns - column);
                Work values[most][column_elements];
                parallel(parts, [&](int64_t task) {
                    gather(body, values[task], at, reduced.sizes, column, count, task * each,
                           smaller(rows, (task + 1) * each));
                });
                for (int64_t j = 0; j < count; ++j) {
                    Work total = values[0][j];
                    for (int64_t task = 1; task < parts; ++task) total = How::join(total, values[task][j]);
                    target[group * columns + column + j] = Value(total);
                }
            }
        }
        return;
    }
    const int64_t tasks = groups * strips;
    const bool alone = groups * columns * rows <= 2 * task_elements;
    const int64_t each = alone ? tasks : pieces(task_elements, width * (rows > 0 ? rows : 1));
    parallel(pieces(tasks, each), [&](int64_t number) {
        const int64_t end = smaller(tasks, (number + 1) * each);
        for (int64_t task = number * each; task < end; ++task) {
            const int64_t group = task / strips, column = task % strips * column_elements;
            const int64_t count = smaller(column_elements, columns - column);
            Work total[column_elements];
            int64_t at[most_axes];
            outer.locate(group, at);
            gather(body, total, at, reduced.sizes, column, count, 0, rows);
            for (int64_t j = 0; j < count; ++j) target[group * columns + column + j] = Value(total[j]);
        }
    });
}

// The inner loop runs along the last kept axis, in which the operand is contiguous.
template <typename How, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_INLINE void reduce_columns(const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced],
                                typename How::Value *target, const Body &body) {
    static_assert(Kept <= most_axes);
    if (are_few(kept, reduced)) {
        if (is_short(kept[Kept - 1]))
            return few_columns<How, Kept, Reduced>(kept, reduced, target, body, kept[Kept - 1]);
        return reduce_few_columns<How, Kept, Reduced>(kept, reduced, target, body);
    }
    share_columns<How>(gather_columns<How, Kept, Reduced, Body>, &body, {kept, Kept}, {reduced, Reduced}, target);
}

// These are in the runtime's own objects.
#define TDSL_SHARED_REDUCTIONS(declare, T)                                                                            \
    TDSL_SHARED_REDUCTION(declare, Sum<T>)                                                                            \
    TDSL_SHARED_REDUCTION(declare, Max<T>)                                                                            \
    TDSL_SHARED_REDUCTION(declare, Min<T>)
#define TDSL_SHARED_REDUCTION(declare, How)                                                                           \
    declare template typename How::Work fold<How>(const typename How::Work *, int64_t);                               \
    declare template void share_rows<How>(PartOfRow<How>, const void *, Axes, Axes, typename How::Value *);           \
    declare template void share_columns<How>(GatherColumns<How>, const void *, Axes, Axes, typename How::Value *);
TDSL_SHARED_REDUCTIONS(extern, float)
TDSL_SHARED_REDUCTIONS(extern, double)

// The first index of the maximum or minimum along one axis; NaN wins.
template <typename How, typename Index, std::size_t Kept, typename Body>
inline void arg_reduce(const int64_t (&kept)[Kept], const int64_t (&reduced)[1], Index *target, const Body &body) {
    using Work = typename How::Work;
    const int64_t rows = product<Kept>(kept);
    const int64_t length = reduced[0];
    if (rows == 0) return;
    const int64_t each = rows * length <= 2 * task_elements ? rows : pieces(task_elements, length);
    parallel(pieces(rows, each), [&](int64_t task) {
        const Body local = body;
        const int64_t end = smaller(rows, (task + 1) * each);
        Lines<Kept> position(kept, task * each);
        for (int64_t row = task * each; row < end; ++row, position.next()) {
            const auto here = at_line(local, position.at, std::make_index_sequence<Kept>{});
            const auto value = [&](int64_t i) { return Work(here(i)); };
            int64_t best = 0;
            Work extremum = length > 0 ? value(0) : Work(0);
            for (int64_t i = 1; i < length && extremum == extremum; ++i) {
                const Work joined = How::join(extremum, value(i));
                if (joined != extremum) best = i, extremum = joined;
            }
            target[row] = Index(best);
        }
    });
}

}  // namespace tdsl

#endif
