// The inside of a C library: its program, its models, and failures as exceptions.
#ifndef TDSL_SOURCE_LIBRARY_MODEL_HPP
#define TDSL_SOURCE_LIBRARY_MODEL_HPP

#include "buffer.hpp"
#include "call.hpp"
#include "library.hpp"

#include <pthread.h>

#include <exception>
#include <string>
#include <vector>

namespace tdsl::library {

struct Failed {
    Status status;
    std::string text;
};
[[noreturn]] inline void fail(Status status, std::string text) {
    throw Failed{status, static_cast<std::string &&>(text)};
}

void keep_error(const char *text) noexcept;  // for error_text()
int status_of_exception() noexcept;          // of the one being handled, whose text it keeps

// Runs a body; no exception leaves it.
template <typename Body>
int guarded(Body body) noexcept {
    try {
        body();
        return ok;
    } catch (...) {
        return status_of_exception();
    }
}

struct Program : ProgramPlan {
    std::vector<RoutinePlan> entries{};
    RoutinePlan initialise{};
    const char *memory_origin = "";  // whose limit it is
};
const Program &the_program();

// The values of all variables in one block of memory.
class Values {
public:
    explicit Values(const Program &program);
    void *operator[](std::int64_t variable) const { return places_[static_cast<std::size_t>(variable)]; }
    void copy_from(const Values &other);
    void swap(Values &other, std::int64_t variable);  // that one only

private:
    const Program &program_;
    Buffer memory_;
    std::vector<void *> places_;
};

struct Model {
    explicit Model(const Program &program);
    ~Model();
    Model(const Model &) = delete;
    Model &operator=(const Model &) = delete;

    const Program &program;
    pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;  // of one call at a time
    Values current, spare;
    Buffer workspace;
};

// A turn of this thread with a model, which other calls wait for.
class Turn {
public:
    explicit Turn(Model &model) : model_(model) { pthread_mutex_lock(&model_.turn); }
    ~Turn() { pthread_mutex_unlock(&model_.turn); }
    Turn(const Turn &) = delete;
    Turn &operator=(const Turn &) = delete;

private:
    Model &model_;
};

Model &checked(Model *model, const char *function);
std::size_t value_bytes(const Program &program, int variable);
int variable_named(const Program &program, const char *name, const char *function);
// Checks a value for a variable; flushes its subnormal numbers where kernels do.
void check_value(const Program &program, int variable, void *value);
// A call whose arguments have been read and fit, with the memory of its state.
class ReadCall {
public:
    ReadCall(const RoutinePlan &routine, const void *const *arguments, const std::int64_t *dims);
    const CallState &state() const { return state_; }
    // In a turn of the model, if there is one.  Results that are null go to `own` memory.
    void run(Model *model, void *const *results, Buffer &own);

private:
    std::vector<std::uint64_t> memory_;
    std::vector<std::int64_t> given_;  // sizes that the caller leaves out
    CallState state_;
};

// Texts, those of runtime/python
std::string where(const RoutinePlan &routine);  // "miku.train"
std::string in_place(const char *place);        // " (miku.tdsl:12)"
std::string quoted(const char *name);
std::string type_text(tdsl_dtype dtype, int rank, const std::int64_t *shape);  // f32[2, 3]
std::string not_finite_text(const std::string &what, const char *name, const char *place, tdsl_dtype dtype, int rank,
                            const AxisSize *shape, const void *data);
[[noreturn]] void raise_too_large(const CallState &call);
[[noreturn]] void raise_size_mismatch(const CallState &call);
void raise_if_failed(const CallState &call);
void print_results(const CallState &call);

}  // namespace tdsl::library

#endif
