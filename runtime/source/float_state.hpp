// The floating-point state of a thread: what it is while kernels run, and that it is afterwards as it was.
//
// Kernels round to the nearest, mask all exceptions, and take and give subnormal numbers either as zeros, which costs
// nothing, or as they are, which on some processors costs a hundred times the operation.
// What was set before, rounding, masks and flags, is set again when they are done; flags that they raise stay where
// nothing had to be set, and there alone.
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
    static FloatState of_kernels(bool flush) { return FloatState(flush ? 0x9fc0U : 0x1f80U); }
    void set() const { __builtin_ia32_ldmxcsr(register_); }
    bool computes_like(FloatState other) const { return ((register_ ^ other.register_) & ~flags) == 0; }

private:
    static constexpr std::uint32_t flags = 0x3f;
    explicit FloatState(std::uint32_t value) : register_(value) {}
    std::uint32_t register_;
};

#elif defined(__aarch64__)

// FPCR: flush-to-zero is bit 24, all else 0 is the state of a new process.  FPSR: the flags.
class FloatState {
public:
    static FloatState now() {
        FloatState state(0, 0);
        asm volatile("mrs %0, fpcr" : "=r"(state.control_));
        asm volatile("mrs %0, fpsr" : "=r"(state.flags_));
        return state;
    }
    static FloatState of_kernels(bool flush) { return FloatState(flush ? std::uint64_t{1} << 24 : 0, 0); }
    void set() const {
        asm volatile("msr fpcr, %0" : : "r"(control_) : "memory");
        asm volatile("msr fpsr, %0" : : "r"(flags_) : "memory");
    }
    bool computes_like(FloatState other) const { return control_ == other.control_; }

private:
    FloatState(std::uint64_t control, std::uint64_t flags) : control_(control), flags_(flags) {}
    std::uint64_t control_, flags_;
};

#else

// Rounding and masks by the C library; subnormals are as the processor has them.
class FloatState {
public:
    static FloatState now() {
        FloatState state;
        std::fegetenv(&state.environment_);
        state.is_default_ = false;
        return state;
    }
    static FloatState of_kernels(bool) { return FloatState(); }
    void set() const { std::fesetenv(is_default_ ? FE_DFL_ENV : &environment_); }
    bool computes_like(FloatState) const { return false; }

private:
    std::fenv_t environment_{};
    bool is_default_ = true;
};

#endif

// As long as it lives the thread computes in another state; where it does already, nothing is set, as that takes time.
class InFloatState {
public:
    explicit InFloatState(FloatState wanted) : before_(FloatState::now()), is_other_(!before_.computes_like(wanted)) {
        if (is_other_) wanted.set();
    }
    ~InFloatState() {
        if (is_other_) before_.set();
    }
    InFloatState(const InFloatState &) = delete;
    InFloatState &operator=(const InFloatState &) = delete;

private:
    FloatState before_;
    bool is_other_;
};

}  // namespace tdsl

#endif
