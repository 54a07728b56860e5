@{prefix}_model *@{prefix}_create(int64_t seed) {
    return fits_processor() ? outside(tdsl::library::create(seed)) : nullptr;
}

@{prefix}_model *@{prefix}_copy(@{prefix}_model *model) {
    return fits_processor() ? outside(tdsl::library::copy(inside(model))) : nullptr;
}

void @{prefix}_destroy(@{prefix}_model *model) {
    if (fits_processor()) tdsl::library::destroy(inside(model));
}

int @{prefix}_reset(@{prefix}_model *model, int64_t seed) {
    return fits_processor() ? tdsl::library::reset(inside(model), seed) : @{big}_BAD_PROCESSOR;
}

int @{prefix}_get(@{prefix}_model *model, const char *name, void *to, size_t bytes) {
    return fits_processor() ? tdsl::library::get(inside(model), name, to, bytes) : @{big}_BAD_PROCESSOR;
}

int @{prefix}_set(@{prefix}_model *model, const char *name, const void *from, size_t bytes) {
    return fits_processor() ? tdsl::library::set(inside(model), name, from, bytes) : @{big}_BAD_PROCESSOR;
}

int @{prefix}_save(@{prefix}_model *model, const char *path) {
    return fits_processor() ? tdsl::library::save(inside(model), path) : @{big}_BAD_PROCESSOR;
}

int @{prefix}_load(@{prefix}_model *model, const char *path) {
    return fits_processor() ? tdsl::library::load(inside(model), path) : @{big}_BAD_PROCESSOR;
}
