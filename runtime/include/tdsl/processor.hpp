// The processor features that the compiler may use: one bit each, known at compile time.
//
// The table is compiled twice: with the module's flags it records the features that the code needs; with flags for any
// processor the init function checks the importing machine before such code runs.
#ifndef TDSL_PROCESSOR_HPP
#define TDSL_PROCESSOR_HPP

#include <stdint.h>

// The features that compilers use on their own.
//
// X(name, macro that the compiler defines, CPUID leaf, subleaf, register and bit, state that the system must save); on
// ARM: X(name, macro, word and bit of the system's list).
#if defined(__x86_64__) || defined(__i386__)
#define TDSL_FEATURES(X)                                         \
    X("sse3", __SSE3__, 1, 0, 2, 0, 0)                           \
    X("ssse3", __SSSE3__, 1, 0, 2, 9, 0)                         \
    X("sse4.1", __SSE4_1__, 1, 0, 2, 19, 0)                      \
    X("sse4.2", __SSE4_2__, 1, 0, 2, 20, 0)                      \
    X("popcnt", __POPCNT__, 1, 0, 2, 23, 0)                      \
    X("movbe", __MOVBE__, 1, 0, 2, 22, 0)                        \
    X("avx", __AVX__, 1, 0, 2, 28, 0x6)                          \
    X("fma", __FMA__, 1, 0, 2, 12, 0x6)                          \
    X("f16c", __F16C__, 1, 0, 2, 29, 0x6)                        \
    X("avx2", __AVX2__, 7, 0, 1, 5, 0x6)                         \
    X("bmi", __BMI__, 7, 0, 1, 3, 0)                             \
    X("bmi2", __BMI2__, 7, 0, 1, 8, 0)                           \
    X("lzcnt", __LZCNT__, 0x80000001, 0, 2, 5, 0)                \
    X("xop", __XOP__, 0x80000001, 0, 2, 11, 0x6)                 \
    X("fma4", __FMA4__, 0x80000001, 0, 2, 16, 0x6)               \
    X("tbm", __TBM__, 0x80000001, 0, 2, 21, 0)                   \
    X("gfni", __GFNI__, 7, 0, 2, 8, 0)                           \
    X("avxvnni", __AVXVNNI__, 7, 1, 0, 4, 0x6)                   \
    X("avx512f", __AVX512F__, 7, 0, 1, 16, 0xe6)                 \
    X("avx512dq", __AVX512DQ__, 7, 0, 1, 17, 0xe6)               \
    X("avx512ifma", __AVX512IFMA__, 7, 0, 1, 21, 0xe6)           \
    X("avx512cd", __AVX512CD__, 7, 0, 1, 28, 0xe6)               \
    X("avx512bw", __AVX512BW__, 7, 0, 1, 30, 0xe6)               \
    X("avx512vl", __AVX512VL__, 7, 0, 1, 31, 0xe6)               \
    X("avx512vbmi", __AVX512VBMI__, 7, 0, 2, 1, 0xe6)            \
    X("avx512vbmi2", __AVX512VBMI2__, 7, 0, 2, 6, 0xe6)          \
    X("avx512vnni", __AVX512VNNI__, 7, 0, 2, 11, 0xe6)           \
    X("avx512bitalg", __AVX512BITALG__, 7, 0, 2, 12, 0xe6)       \
    X("avx512vpopcntdq", __AVX512VPOPCNTDQ__, 7, 0, 2, 14, 0xe6)
#elif defined(__aarch64__) && defined(__linux__)
#define TDSL_FEATURES(X)                                   \
    X("atomics", __ARM_FEATURE_ATOMICS, 0, 8)              \
    X("fp16", __ARM_FEATURE_FP16_VECTOR_ARITHMETIC, 0, 10) \
    X("rdm", __ARM_FEATURE_QRDMX, 0, 12)                   \
    X("fcma", __ARM_FEATURE_COMPLEX, 0, 14)                \
    X("lrcpc", __ARM_FEATURE_RCPC, 0, 15)                  \
    X("dotprod", __ARM_FEATURE_DOTPROD, 0, 20)             \
    X("sve", __ARM_FEATURE_SVE, 0, 22)                     \
    X("fp16fml", __ARM_FEATURE_FP16_FML, 0, 23)            \
    X("sve2", __ARM_FEATURE_SVE2, 1, 1)                    \
    X("i8mm", __ARM_FEATURE_MATMUL_INT8, 1, 13)            \
    X("bf16", __ARM_FEATURE_BF16_VECTOR_ARITHMETIC, 1, 14)
#else
#define TDSL_FEATURES(X)
#endif

// An undefined macro expands to its own name, which begins with an underscore.
#define TDSL_TEXT(text) #text
#define TDSL_IS_DEFINED(macro) (TDSL_TEXT(macro)[0] != '_')
#define TDSL_FEATURE_BIT(name, macro, ...) features |= TDSL_IS_DEFINED(macro) ? bit : 0, bit <<= 1;

namespace tdsl {

constexpr uint64_t compiled_features() {
    uint64_t features = 0, bit = 1;
    TDSL_FEATURES(TDSL_FEATURE_BIT)
    return bit ? features : 0;
}

}  // namespace tdsl

#endif
