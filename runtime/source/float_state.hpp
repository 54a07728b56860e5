// The floating-point state of a thread while kernels run, restored afterwards.
//
// Kernels round to nearest and mask all exceptions.  They either flush subnormal numbers to zero, which costs nothing,
// or keep them, which on some processors slows an operation down a hundredfold.  Rounding, masks and flags are restored
// after them; flags that kernels raise remain only where the state did not have to change.
#ifndef TDSL_SOURCE_FLOAT_STATE_HPP
#define TDSL_SOURCE_FLOAT_STATE_HPP

#include <cstdint>

#if !defined(__x86_64__) && !defined(__aarch64__)
#include <cfenv>
#endif

namespace tdsl {

#if defined(__x86_64__)

// MXCSR: six flags, denormals-are-zero, six masks, two bits of rounding, flush-to-zero.
class FloatState {
public:
    static FloatState now() { return FloatState(__builtin_ia32_stmxcsr()); }
    static FloatState for_kernels(bool flush) { return FloatState(flush ? 0x9fc0U : 0x1f80U); }
    void set() const { __builtin_ia32_ldmxcsr(register_); }
    bool has_same_mode(FloatState other) const { return ((register_ ^ other.register_) & ~flags) == 0; }

private:
    static constexpr std::uint32_t flags = 0x3f;
    explicit FloatState(std::uint32_t value) : register_(value) {}
    std::uint32_t register_;
};

#elif defined(__aarch64__)

// FPCR: bit 24 flushes to zero; all other bits are 0 as in a new process.  FPSR: the flags.
class FloatState {
public:
    static FloatState now() {
        FloatState state(0, 0);
        asm volatile("mrs %0, fpcr" : "=r"(state.control_));
        asm volatile("mrs %0, fpsr" : "=r"(state.flags_));
        return state;
    }
    static FloatState for_kernels(bool flush) { return FloatState(flush ? std::uint64_t{1} << 24 : 0, 0); }
    void set() const {
        asm volatile("msr fpcr, %0" : : "r"(control_) : "memory");
        asm volatile("msr fpsr, %0" : : "r"(flags_) : "memory");
    }
    bool has_same_mode(FloatState other) const { return control_ == other.control_; }

private:
    FloatState(std::uint64_t control, std::uint64_t flags) : control_(control), flags_(flags) {}
    std::uint64_t control_, flags_;
};

#else

// Rounding and masks through the C library; subnormals as the processor handles them.
class FloatState {
public:
    static FloatState now() {
        FloatState state;
        std::fegetenv(&state.environment_);
        state.is_default_ = false;
        return state;
    }
    static FloatState for_kernels(bool) { return FloatState(); }
    void set() const { std::fesetenv(is_default_ ? FE_DFL_ENV : &environment_); }
    bool has_same_mode(FloatState) const { return false; }

private:
    std::fenv_t environment_{};
    bool is_default_ = true;
};

#endif

// Sets the state of the thread for its own lifetime; if the thread has that state already, nothing is set, as that is
// slow.
class ScopedFloatState {
public:
    explicit ScopedFloatState(FloatState wanted)
        : before_(FloatState::now()), is_other_(!before_.has_same_mode(wanted)) {
        if (is_other_) wanted.set();
    }
    ~ScopedFloatState() {
        if (is_other_) before_.set();
    }
    ScopedFloatState(const ScopedFloatState &) = delete;
    ScopedFloatState &operator=(const ScopedFloatState &) = delete;

private:
    FloatState before_;
    bool is_other_;
};

}  // namespace tdsl

#endif
