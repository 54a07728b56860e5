// CHECK(condition) prints a failed condition and makes the program fail.
#ifndef TDSL_TESTS_CHECK_HPP
#define TDSL_TESTS_CHECK_HPP

#include <cstdio>
#include <cstdlib>

#define CHECK(condition)                                                                       \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition); \
            std::exit(1);                                                                      \
        }                                                                                      \
    } while (false)

#endif
