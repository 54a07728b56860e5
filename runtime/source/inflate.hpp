// The decompressor of "deflate" (RFC 1951): NumPy and checkpoints of Python compress some arrays.
#ifndef TDSL_SOURCE_INFLATE_HPP
#define TDSL_SOURCE_INFLATE_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tdsl {

// Decompresses exactly `size` bytes; false if the data are damaged or hold another number of bytes.
class Inflate {
public:
    Inflate(const std::uint8_t *data, std::size_t length) : next_(data), end_(data + length) {}

    bool run(std::vector<char> &to, std::size_t size) {
        to.clear();
        to.reserve(size);
        most_ = size;
        for (bool last = false; !last;) {
            last = bits(1);
            const std::uint32_t kind = bits(2);
            const bool good = kind == 0   ? stored(to)
                              : kind == 1 ? with_fixed_codes(to)
                                          : kind == 2 && with_own_codes(to);
            if (!good || failed_) return false;
        }
        return to.size() == size;
    }

private:
    // A canonical Huffman code: how many symbols have each length, and the symbols in order.
    struct Code {
        std::uint16_t counts[16] = {}, symbols[288] = {};

        bool make(const std::uint8_t *lengths, int count) {
            for (int i = 0; i < 16; ++i) counts[i] = 0;
            for (int i = 0; i < count; ++i) ++counts[lengths[i]];
            counts[0] = 0;
            std::uint16_t offsets[16] = {};
            int left = 1;
            for (int length = 1; length < 16; ++length) {
                left = 2 * left - counts[length];
                if (left < 0) return false;
                offsets[length] = static_cast<std::uint16_t>(offsets[length - 1] + counts[length - 1]);
            }
            for (int i = 0; i < count; ++i)
                if (lengths[i]) symbols[offsets[lengths[i]]++] = static_cast<std::uint16_t>(i);
            return true;
        }
    };

    std::uint32_t bits(int count) {
        while (held_ < count) {
            if (next_ == end_) {
                failed_ = true;
                return 0;
            }
            buffer_ |= std::uint32_t{*next_++} << held_;
            held_ += 8;
        }
        const std::uint32_t found = buffer_ & ((1U << count) - 1);
        buffer_ >>= count;
        held_ -= count;
        return found;
    }

    int symbol(const Code &code) {
        int value = 0, first = 0, index = 0;
        for (int length = 1; length < 16 && !failed_; ++length) {
            value |= static_cast<int>(bits(1));
            const int count = code.counts[length];
            if (value - count < first) return code.symbols[index + value - first];
            index += count;
            first = (first + count) << 1;
            value <<= 1;
        }
        failed_ = true;
        return 256;
    }

    bool stored(std::vector<char> &to) {
        buffer_ = 0;
        held_ = 0;
        if (end_ - next_ < 4) return false;
        const std::size_t length = next_[0] | std::size_t{next_[1]} << 8;
        if (length != (~(next_[2] | std::size_t{next_[3]} << 8) & 0xffff)) return false;
        next_ += 4;
        if (static_cast<std::size_t>(end_ - next_) < length || most_ - to.size() < length) return false;
        to.insert(to.end(), next_, next_ + length);
        next_ += length;
        return true;
    }

    bool with_fixed_codes(std::vector<char> &to) {
        std::uint8_t lengths[288];
        for (int i = 0; i < 288; ++i) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
        Code literals, distances;
        if (!literals.make(lengths, 288)) return false;
        for (int i = 0; i < 30; ++i) lengths[i] = 5;
        return distances.make(lengths, 30) && with_codes(to, literals, distances);
    }

    bool with_own_codes(std::vector<char> &to) {
        constexpr std::uint8_t order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
        const int literal_count = static_cast<int>(bits(5)) + 257, distance_count = static_cast<int>(bits(5)) + 1;
        const int length_count = static_cast<int>(bits(4)) + 4;
        if (failed_ || literal_count > 286 || distance_count > 30) return false;
        std::uint8_t lengths[320] = {};
        for (int i = 0; i < length_count; ++i) lengths[order[i]] = static_cast<std::uint8_t>(bits(3));
        Code literals, distances;
        if (!literals.make(lengths, 19)) return false;
        std::uint8_t found[320] = {};
        for (int i = 0; i < literal_count + distance_count && !failed_;) {
            const int one = symbol(literals);
            if (one < 16) {
                found[i++] = static_cast<std::uint8_t>(one);
                continue;
            }
            if (one > 18 || (one == 16 && i == 0)) return false;
            const std::uint8_t repeated = one == 16 ? found[i - 1] : std::uint8_t{0};
            int times = one == 16   ? 3 + static_cast<int>(bits(2))
                        : one == 17 ? 3 + static_cast<int>(bits(3))
                                    : 11 + static_cast<int>(bits(7));
            if (i + times > literal_count + distance_count) return false;
            while (times-- > 0) found[i++] = repeated;
        }
        return !failed_ && literals.make(found, literal_count) &&
               distances.make(found + literal_count, distance_count) && with_codes(to, literals, distances);
    }

    bool with_codes(std::vector<char> &to, const Code &literals, const Code &distances) {
        constexpr std::uint16_t bases[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                           31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
        constexpr std::uint8_t extras[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                           2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
        while (!failed_) {
            const int one = symbol(literals);
            if (one == 256) return !failed_;
            if (one < 256) {
                if (to.size() == most_) return false;
                to.push_back(static_cast<char>(one));
                continue;
            }
            if (one > 285) return false;
            const std::size_t length = bases[one - 257] + bits(extras[one - 257]);
            const int far = symbol(distances);
            if (failed_ || far > 29) return false;
            const int more = far < 4 ? 0 : far / 2 - 1;
            const std::size_t base = far < 4 ? static_cast<std::size_t>(far) : std::size_t(2 + far % 2) << more;
            const std::size_t distance = base + 1 + bits(more);
            if (distance > to.size() || most_ - to.size() < length) return false;
            for (std::size_t i = 0; i < length; ++i) to.push_back(to[to.size() - distance]);
        }
        return false;
    }

    const std::uint8_t *next_, *end_;
    std::uint32_t buffer_ = 0;
    int held_ = 0;
    bool failed_ = false;
    std::size_t most_ = 0;
};

}  // namespace tdsl

#endif
