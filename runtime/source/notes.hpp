// The notes of a call in debug mode: it runs twice from the same state, over memory that is filled with other signs
// each time, and notes the values that its probes find.  Python judges them (runtime/python/debugging.py).
#ifndef TDSL_SOURCE_NOTES_HPP
#define TDSL_SOURCE_NOTES_HPP

#include "tdsl/abi.h"

#include <vector>

namespace tdsl {

struct CallState;

struct Notes {
    static constexpr unsigned char signs[2] = {0xff, 0x5a};  // that fill memory before each run
    std::vector<char> runs[2];
    int changed = -1;         // the first argument, or variable behind those, that a run wrote to
    std::vector<char> found;  // there
};

// `run_once` throws nothing.
void run_noted(CallState &call, void *workspace, void (*run_once)(CallState &, void *, const tdsl_recorder *));

}  // namespace tdsl

#endif
