"""The op table against independent oracles, central differences and its own type rules."""
