#include "tdsl/abi.h"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace {

@kernels

@table

}  // namespace

extern "C" void *tdsl_bind(const tdsl_module *);

extern "C" __attribute__((visibility("default"))) void *PyInit_@name(void) { return tdsl_bind(&module_table); }
