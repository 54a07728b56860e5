"""Every rewrite alone, and all of them on random programs."""
