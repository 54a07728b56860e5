"""One canonical layout of programs."""
