/* The table that describes a generated module: the only interface between its unit and the binding.

   A generated unit holds kernels and one constant `tdsl_module`.  The binding makes a Python module from that table; a
   program without Python may use it directly.  Plain C, independent of CPUs and Python. */
#ifndef TDSL_ABI_H
#define TDSL_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TDSL_ABI_VERSION 12

/* The limit of tdsl_entry.largest: far enough below 64 bits that rounding up and padding cannot overflow. */
#define TDSL_LARGEST_SIZE (INT64_C(1) << 56)

typedef enum { TDSL_BOOL, TDSL_U8, TDSL_I32, TDSL_I64, TDSL_F32, TDSL_F64 } tdsl_dtype;

/* A number of a call as a formula over its dims. */
typedef struct {
    int64_t (*value)(const int64_t *dims); /* INT64_MAX on overflow */
    const char *text;                      /* as in the source: "12000 * B + 4" */
    const char *formula; /* the same over d[0], d[1] … in Python's spelling; for value() without a C compiler */
} tdsl_formula;

/* One size of a shape.  size >= 0: that number.  Otherwise dim >= 0: the call's dim of that index (an argument
   binds it or must agree with it).  Otherwise value(dims): a formula over dims that others bind. */
typedef struct {
    int64_t size;
    int32_t dim;
    int64_t (*value)(const int64_t *dims);
    const char *text; /* "1000", "B", "N - 1" */
    const char *formula;
} tdsl_extent;

typedef struct {
    const char *name;
    const char *doc;
    const char *place; /* "miku.tdsl:10", the declaration */
    tdsl_dtype dtype;
    int32_t rank;
    const tdsl_extent *shape;
    int32_t has_default;     /* rank 0 only */
    double default_real;     /* for real dtypes */
    int64_t default_integer; /* for bool and integer dtypes */
    const tdsl_extent *binds; /* not null: the argument is itself a size, an i64 of at least 0: this one */
} tdsl_argument;

typedef enum {
    TDSL_RETURN, /* handed to the caller */
    TDSL_ASSERT, /* a bool scalar: false raises AssertionError(text) and commits nothing */
    TDSL_PRINT   /* shown after the call as `text` followed by the value */
} tdsl_role;

typedef struct {
    tdsl_role role;
    int32_t statement; /* prints of one statement share a line */
    const char *name;  /* may be empty */
    const char *text;  /* assert: message; print: the label before the value */
    const char *place; /* "miku.tdsl:21:5" */
    tdsl_dtype dtype;
    int32_t rank;
    const tdsl_extent *shape;
} tdsl_result;

typedef enum { TDSL_SHARED, TDSL_STATE, TDSL_RULE } tdsl_variable_kind;

typedef struct {
    const char *name; /* "W1", or "W1.momentum.v" for the state of an update rule */
    const char *doc;
    const char *place;
    tdsl_variable_kind kind;
    tdsl_dtype dtype;
    int32_t rank;
    const int64_t *shape;
} tdsl_variable;

/* A condition on the dims of a call beyond their agreement, e.g. B >= 3 for x[:3]: value(dims) >= 0. */
typedef struct {
    int64_t (*value)(const int64_t *dims); /* B - 3 */
    const char *text;                      /* "B >= 3" */
    const char *formula;                   /* "d[0] - 3" */
    const char *place;
} tdsl_requirement;

/* TDSL_DEFINITE and TDSL_SINGULAR are matrices that are not positive definite, or singular: `value` of the fault is the
   number of the pivot in the stack, and `bound` the size of a matrix, or 0 if there is one matrix only. */
typedef enum { TDSL_INDEX, TDSL_DIVISION, TDSL_DEFINITE, TDSL_SINGULAR, TDSL_ASSERTION } tdsl_fault_kind;

/* A place in the program where a kernel checks data; after a fault kernels go on, and the call fails afterwards. */
typedef struct {
    tdsl_fault_kind kind;
    const char *place;
    const char *text;
    const char *loops; /* the headers of the loops around it, the outermost first, each on a line */
} tdsl_site;

#define TDSL_MOST_STEPS 4

typedef struct {
    int32_t site; /* 0: none; otherwise 1 + the index of the site */
    int64_t value;
    int64_t bound;
    int64_t steps[TDSL_MOST_STEPS]; /* of the outermost loops around the site */
} tdsl_fault;

/* Adds up numbers over all processes that train together, in place: the last one counts the rows of the batches.  Not 0
   if that failed. */
typedef struct {
    int32_t (*add_up)(void *context, tdsl_dtype dtype, void *numbers, int64_t count);
    void *context;
} tdsl_exchange;

struct tdsl_device;
struct tdsl_laps;

/* Notes the elements that a probe of a module in debug mode finds, with the numbers of the steps of the loops around
   it. */
typedef struct {
    void (*note)(void *notes, int32_t probe, const int64_t *steps, int32_t depth, const void *data, int64_t bytes);
    void *notes;
} tdsl_recorder;

typedef struct {
    const void *const *arguments; /* C-contiguous, aligned, of the declared dtype; scalars too */
    const int64_t *dims;
    void *const *results;
    const void *const *variables; /* every variable's value before the call */
    void *const *updates;         /* memory for the new values, in the order of tdsl_entry.updates */
    void *workspace;              /* 64-byte aligned, tdsl_code.workspace(dims) bytes */
    tdsl_fault fault;
    struct tdsl_device *device; /* of a call of tdsl_entry.device, whose pointers are the device's; else null */
    struct tdsl_laps *laps;     /* of a module with a profile, see laps.hpp; null: nothing is timed */
    const tdsl_exchange *exchange; /* null: this process trains alone */
    const tdsl_recorder *recorder; /* null: probes note nothing */
} tdsl_call;

/* The functions of an entry for one kind of processor; `workspace` and `run` are null if the module was not compiled
   for it. */
typedef struct {
    int64_t (*workspace)(const int64_t *dims); /* bytes */
    void (*run)(tdsl_call *call);
    /* The commit phase, which cannot fail, for the same call and the workspace as `run` left it.  Null if there is
       none; then in_place is null too.  Both are null where values that are not finite are refused. */
    void (*update)(tdsl_call *call);
    /* For each update whether only `update` writes it: it may then overwrite the old value. */
    const int64_t *in_place;
} tdsl_code;

typedef struct {
    const char *name;
    const char *doc;
    const char *place;
    int32_t argument_count;
    const tdsl_argument *arguments;
    int32_t result_count;
    const tdsl_result *results;
    const char *nesting; /* of the returned results: in ".(..)" a dot is a result, brackets are a tuple; "" if flat */
    int32_t field_count;
    const char *const *fields; /* the names of the outermost results, if they have names */
    int32_t update_count;
    const int64_t *updates; /* indices of the variables it replaces */
    int32_t requirement_count;
    const tdsl_requirement *requirements;
    tdsl_formula memory; /* bytes of workspace, results and updates */
    /* An upper bound of all sizes, offsets and positions that the call computes from its dims.  Check it before any
       other formula: the others, and the kernels, add and multiply without overflow checks.  Its texts are sums of
       products. */
    tdsl_formula largest;
    int32_t lap_count; /* of its routine, see laps.hpp */
    tdsl_dtype exchanged_dtype; /* of the numbers that `exchange` adds up once in a call, and */
    int64_t exchanged;          /* how many; 0: it is not called */
    tdsl_code host;
    tdsl_code device;
} tdsl_entry;

/* A loop over the minibatches of an entry's arguments: those whose first size is that dim have rows that are cut.  The
   result is the mean of the cost over all rows, for each epoch. */
typedef struct {
    const char *name;
    const char *doc;
    const char *place;
    int32_t entry;   /* its index */
    int32_t rows;    /* the index of the dim */
    int32_t cost;    /* the index of the result */
    int64_t batch;   /* rows of a minibatch; 0: all */
    int64_t epochs;  /* -1: each call gives them */
    int32_t shuffle; /* whether the rows of each epoch have an order of their own, see rows.hpp */
} tdsl_training;

/* The settings that a module keeps, each an int32_t: arguments, results and updates must be finite; kernels read and
   write subnormals as zeros, and variables hold none; the threads of its pool unless TDSL_NUM_THREADS is set, 0: one
   per CPU that the process may use; the memory of a call in MiB unless TDSL_MEMORY_LIMIT is set, 0: that of the
   system; on GPUs large products are left to cuBLASLt, where it is installed, and it may round their f32 operands to
   TF32; statements are timed; several processes can train one model; calls check the values that probes find. */
#define TDSL_OPTIONS(OPTION)                                                                                  \
    OPTION(refuse_nan) OPTION(flush_subnormals) OPTION(threads) OPTION(memory_limit) OPTION(cublas) OPTION(tf32) \
    OPTION(profile) OPTION(data_parallel) OPTION(check)

typedef struct {
#define TDSL_OPTION(name) int32_t name;
    TDSL_OPTIONS(TDSL_OPTION)
#undef TDSL_OPTION
} tdsl_options;

/* All kernels compiled for a GPU. */
typedef struct {
    int32_t architecture; /* 90: machine code for sm_90; negative: PTX for compute_90 and later */
    const unsigned char *bytes;
    int64_t size;
} tdsl_image;

typedef struct {
    int32_t abi_version;
    const char *name;
    const char *doc;
    const char *source;  /* the .tdsl file's name */
    const char *build;   /* a JSON object for build_info() */
    const char *origins; /* the program as JSON, see tdsl/emit/origins.py, if NaN is refused; else empty */
    tdsl_options options;
    int32_t dim_count;
    const char *const *dims;
    int32_t variable_count;
    const tdsl_variable *variables;
    int32_t entry_count;
    const tdsl_entry *entries;
    const tdsl_entry *initialise; /* one i64 scalar argument, the seed; updates every variable; may be null */
    int32_t site_count;
    const tdsl_site *sites;
    int32_t kernel_count; /* of the images, in the order of their numbers */
    const char *const *kernels;
    int32_t image_count;
    const tdsl_image *images;
    int32_t default_device; /* where models are unless they are told: -1: the CPU, else the number of a GPU */
    const char *profile; /* its statements as JSON, see tdsl/describe/laps.py, if they are timed; else empty */
    int32_t training_count;
    const tdsl_training *trainings;
} tdsl_module;

#ifdef __cplusplus
}
#endif
#endif
