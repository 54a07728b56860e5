
// One independent set of the values of @{source}.  Calls on one model take turns; models are used in parallel.
typedef struct @{prefix}_model @{prefix}_model;

// A model with the first values of a seed; NULL after a failure.
@{prefix}_model *@{prefix}_create(int64_t seed);
// An independent model with the same values; NULL after a failure.
@{prefix}_model *@{prefix}_copy(@{prefix}_model *model);
// Ends a model that no call is using; NULL is none.
void @{prefix}_destroy(@{prefix}_model *model);
// Back to the first values of a seed.
int @{prefix}_reset(@{prefix}_model *model, int64_t seed);

// Copy a value by its name; `bytes` must be its size.
int @{prefix}_get(@{prefix}_model *model, const char *name, void *to, size_t bytes);
int @{prefix}_set(@{prefix}_model *model, const char *name, const void *from, size_t bytes);

// Write all values to an .npz file, atomically, or read them.  Model.save and Model.load in Python use the same files.
int @{prefix}_save(@{prefix}_model *model, const char *path);
int @{prefix}_load(@{prefix}_model *model, const char *path);
