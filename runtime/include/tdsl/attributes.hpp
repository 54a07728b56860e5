// Attributes of functions in generated units.
#ifndef TDSL_ATTRIBUTES_HPP
#define TDSL_ATTRIBUTES_HPP

// Inlined at every call, where the compiler sees constant arguments.
#define TDSL_INLINE __attribute__((always_inline)) inline

// Compiled exactly once, for all constants of its calls.
#if defined(__clang__) || defined(__CUDACC__)
#define TDSL_NOINLINE __attribute__((noinline))
#define TDSL_UNOPTIMISED
#else
#define TDSL_NOINLINE __attribute__((noinline, noclone))
#define TDSL_UNOPTIMISED __attribute__((optimize("Og")))
#endif

// Before a loop: so many of its iterations at once, or all of them, of which there are few.
#define TDSL_PRAGMA(text) _Pragma(#text)
#ifdef __CUDACC__
#define TDSL_UNROLL(count) TDSL_PRAGMA(unroll count)
#define TDSL_UNROLL_ALL TDSL_PRAGMA(unroll)  // with a count NVRTC takes minutes for nested loops from compute_100 on
#else
#define TDSL_UNROLL(count) TDSL_PRAGMA(GCC unroll count)
#define TDSL_UNROLL_ALL TDSL_PRAGMA(GCC unroll 64)
#endif

// An array of constants outside of functions, which code for devices reads too.
#ifdef __CUDACC__
#define TDSL_TABLE __device__ constexpr
#else
#define TDSL_TABLE constexpr
#endif

// A unit is compiled as a whole, or in ranges of parts side by side that call each other's functions.
#ifdef TDSL_FIRST_PART
#define TDSL_IN_PART(number) (TDSL_FIRST_PART <= (number) && (number) <= TDSL_LAST_PART)
#define TDSL_ROUTINE TDSL_NOINLINE
#else
#define TDSL_IN_PART(number) 1
#define TDSL_ROUTINE TDSL_NOINLINE static
#endif

// A straight-line sequence of hundreds of calls: optimising it gains nothing and takes long.
#define TDSL_CALL_SEQUENCE TDSL_UNOPTIMISED TDSL_ROUTINE

#endif
