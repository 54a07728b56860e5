"""Text as a tree: spans, no types."""
