// The functions behind those that a C library exports, see codegen/library/exports.cpp.  None throws: a failure returns
// its status and keeps a text for the calling thread.
#ifndef TDSL_SOURCE_LIBRARY_HPP
#define TDSL_SOURCE_LIBRARY_HPP

#include <cstddef>
#include <cstdint>

namespace tdsl::library {

// Like STATUSES of tdsl/emit/library.py.
enum Status {
    ok,
    bad_argument,
    bad_index,
    bad_division,
    bad_matrix,
    bad_assertion,
    not_finite,
    no_memory,
    bad_file,
    bad_processor,
    internal
};

struct Model;

Model *create(std::int64_t seed) noexcept;  // null after a failure
Model *copy(Model *model) noexcept;
void destroy(Model *model) noexcept;
int reset(Model *model, std::int64_t seed) noexcept;
int get(Model *model, const char *name, void *to, std::size_t bytes) noexcept;
int set(Model *model, const char *name, const void *from, std::size_t bytes) noexcept;
int save(Model *model, const char *path) noexcept;
int load(Model *model, const char *path) noexcept;

// Calls the entry of that number; the model is null in a library without values.  `dims` has every dim of the module,
// -1 for those that the entry does not use.  A null argument is a size that the others determine; null results are
// computed but not handed over.
int call(Model *model, int entry, const void *const *arguments, const std::int64_t *dims,
         void *const *results) noexcept;

// Runs the training of that number: `epochs` is ignored where the program has their number, and `seed` where the rows
// keep their order.  `costs` has a number for each epoch, or is null.  The completed steps of a training that fails
// stay.
int train(Model *model, int training, const void *const *arguments, const std::int64_t *dims, std::int64_t epochs,
          std::int64_t seed, double *costs) noexcept;

void set_threads(int count) noexcept;
const char *error_text() noexcept;  // of the last failure on this thread; "" if there was none

}  // namespace tdsl::library

#endif
