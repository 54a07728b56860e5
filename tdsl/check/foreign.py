"""Names of Python, NumPy and Theano that are looked for in vain, and what is written here."""

from __future__ import annotations

FOREIGN = {
    **dict.fromkeys(("np", "numpy", "T", "tt", "theano", "torch", "jnp", "tf"), "functions have no prefix: sum(x)"),
    **{"where": "switch(condition, a, b) chooses element by element", "ifelse": "if c then a else b"},
    **dict.fromkeys(
        ("len", "shape"), "sizes have names: declare the argument real[N] and write N, or size(N) as a value"
    ),
    **dict.fromkeys(("None", "newaxis"), "new makes a new axis: x[:, new]"),
    **{"dimshuffle": "x[:, new] makes an axis, transpose(x, (1, 0)) reorders them", "expand_dims": "x[:, new]"},
    **{"True": "true", "False": "false", "range": "arange(n)", "float": "real(x)"},
    **dict.fromkeys(("matmul", "mm"), "a @ b is the matrix product"),
    **dict.fromkeys(("sqr",), "square(x), or x ** 2"),
    **dict.fromkeys(("onehot", "to_one_hot"), "one_hot(labels, n)"),
    **dict.fromkeys(("power",), "x ** y"),
    **dict.fromkeys(
        ("concatenate", "concat", "hstack", "vstack"), "place(a, size, 0, 1) + place(b, size, n, 1) joins them"
    ),
    **dict.fromkeys(("stack",), "[a, b] makes an array of arrays"),
    **dict.fromkeys(
        ("randn", "rand", "random"), "normal(0, 1) and uniform(0, 1) are first values of a shared or state"
    ),
    **dict.fromkeys(("detach", "disconnected_grad", "stop_gradient", "no_grad"), "stop_grad(x)"),
}
