
tdsl::library::Model *inside(@{prefix}_model *model) { return reinterpret_cast<tdsl::library::Model *>(model); }
@{prefix}_model *outside(tdsl::library::Model *model) { return reinterpret_cast<@{prefix}_model *>(model); }
