@doc
//
// For C99 and C++, without Python.  Arrays are in C order: the last axis varies fastest.  Arguments are read, results
// written; the pointer to a result may be NULL if the result is not wanted.  A function that returns an int returns
// @{big}_OK or another status.  After a failure the error function has the reason, the values of the model are as
// before, and results have no meaning.
#ifndef @{big}_H
#define @{big}_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum @{prefix}_status {
@statuses
};

// The text of the last failure on this thread; "" if there was none.  It stays until the next one.
const char *@{prefix}_error(void);

// The threads that a call uses at most, from now on; below 1: as many as TDSL_NUM_THREADS, or one per CPU.
void @{prefix}_set_threads(int count);
@functions
#ifdef __cplusplus
}
#endif

#endif
