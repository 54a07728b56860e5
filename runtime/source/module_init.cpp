// The init function of a module.  It is compiled for any processor and checks that this one has the features that the
// module was compiled for before any other code of the module runs.  Its few functions of CPython's stable ABI are
// declared here, as parsing Python.h takes long.
#include "tdsl/abi.h"
#include "processor_check.hpp"

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;  // compiled_features() with the module's flags
void *tdsl_bind(const tdsl_module *);

extern void *PyExc_ImportError;
void *PyErr_Format(void *, const char *, ...);
}

// TDSL_INIT is PyInit_ with the module's name.
extern "C" __attribute__((visibility("default"))) void *TDSL_INIT(void) {
    char missing[400];
    if (lacks(tdsl_this_processor, missing, missing + sizeof missing - 1))
        return PyErr_Format(PyExc_ImportError,
                            "%s was compiled for another processor, and this one has no %s; compile %s on this "
                            "machine, or for many with " TDSL_ADVICE,
                            tdsl_this_module.name, missing, tdsl_this_module.source);
    return tdsl_bind(&tdsl_this_module);
}
