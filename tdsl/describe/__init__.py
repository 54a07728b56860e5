"""What a module says of itself, whatever its target."""
