// The notes of a call in debug mode: it runs twice from the same state, over memory that is filled with other signs
// each time, and notes the values that its probes find.  Python judges them (runtime/python/debugging.py).
#ifndef TDSL_SOURCE_NOTES_HPP
#define TDSL_SOURCE_NOTES_HPP

#include "tdsl/abi.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tdsl {

struct Notes {
    static constexpr unsigned char signs[2] = {0xff, 0x5a};  // that fill memory before each run
    std::vector<char> runs[2];
    int changed = -1;         // the first argument, or variable behind those, that a run wrote to
    std::vector<char> found;  // there
};

struct Piece {
    void *data;
    std::size_t bytes;
};

// A call whose runs are noted, with its memory, which is that of the host or of a device.
struct NotedCall {
    std::vector<Piece> inputs;   // arguments, then variables
    std::vector<Piece> outputs;  // results, then new values
    std::vector<Piece> scratch;  // the other memory of a run

    virtual void fill(const Piece &piece, unsigned char sign) = 0;
    virtual void read(const Piece &piece, void *to) = 0;
    virtual void write(const Piece &piece, const void *from) = 0;
    virtual bool run(const tdsl_recorder &recorder) = 0;  // false if it failed, so that it is not run again

protected:
    ~NotedCall() = default;
};

void run_noted(NotedCall &call, Notes &notes);

}  // namespace tdsl

#endif
