"""Loop passes: what turns lowered statements into those that a target runs well."""
