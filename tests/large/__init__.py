"""Programs far larger than a person writes."""
