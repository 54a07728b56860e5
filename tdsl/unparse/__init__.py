"""The IR as text in tdsl itself."""
