// Integer types for NVRTC, which brings no standard headers; those of hosts with a `long` of 64 bits.
#ifndef TDSL_STD_STDINT_H
#define TDSL_STD_STDINT_H

typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long uint64_t;
typedef long intptr_t;
typedef unsigned long uintptr_t;

#define INT64_C(number) number##L
#define UINT64_C(number) number##UL
#define INT32_MAX 2147483647
#define INT32_MIN (-INT32_MAX - 1)
#define INT64_MAX INT64_C(9223372036854775807)
#define INT64_MIN (-INT64_MAX - 1)
#define UINT32_MAX 4294967295U
#define UINT64_MAX UINT64_C(18446744073709551615)

#endif
