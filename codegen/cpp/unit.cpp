// The kernels and entries of a tdsl program, and the table by which a binding finds the entries.
//
// An entry places the slots of its workspace and calls kernels.  A comment gives the expression of each call and its
// place in the program.  Kernels with the same operations share one function: p are its arrays, n sizes and strides,
// c numbers, i indices, t values.
#include "tdsl/abi.h"@further
#include "tdsl/all_reduce.hpp"
#include "tdsl/cumulative.hpp"
#include "tdsl/decompositions.hpp"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/linear_algebra.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"
#include "tdsl/sorting.hpp"

namespace tdsl_unit {

@functions

}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

@table

}  // namespace

extern "C" {
extern const tdsl_image tdsl_these_images[];
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = @module;
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
