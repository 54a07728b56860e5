"""Names from Python, NumPy, PyTorch, JAX and Theano that users try, with their tdsl equivalents."""

from __future__ import annotations

import re
from collections.abc import Callable, Container

PREFIXES = {
    *("np", "numpy", "scipy", "sp", "math", "theano", "T", "tt", "pt", "torch", "nn", "F", "jax", "jnp", "lax", "tf"),
    *("keras", "tl"),
}

# Words that stand by themselves.
WORDS = """
None newaxis: new makes a new axis: x[:, new]
True: true
False: false
lambda: fn f(x) = x ** 2 makes a function, which others take by its name
while: a loop has a bound: for t in 1000 { … until done } ends after the step in which done is true
self: a file is one model; what it keeps is used by its name
elif: a choice goes on with else if: if a then x else if b then y else z
"""

# Functions: they count only where they are called, so that a variable may have their names.
FUNCTIONS = """
shape ndim: sizes have names: declare the argument real[N] and write N, or size(N) as a value
range xrange: arange(n); a loop counts by itself: for t in n
linspace: real(arange(n)) / (n - 1)
float double astype cast: real(x) casts; so do int(x), f64(x) and the other types
list map filter: operations are elementwise; for x_t in x { yield f(x_t) } is a loop
zip enumerate: a loop runs over several together: for x_t in x, t in T { … }
where select cond nonzero: switch(condition, a, b) chooses element by element
ifelse: if c then a else b
masked_fill: switch(mask, value, x)
eq equal: a == b
neq ne not_equal: a != b
lt less: a < b
gt greater: a > b
le less_equal: a <= b
ge greater_equal: a >= b
logical_and and_: a and b
logical_or or_: a or b
logical_not invert: not a
allclose isclose: all(abs(a - b) < 1e-6)
bitwise_and: bit_and(a, b)
bitwise_or: bit_or(a, b)
bitwise_xor: bit_xor(a, b)
bitwise_not: bit_not(x)
left_shift: shift_left(a, count)
right_shift: shift_right(a, count)
add plus: a + b
sub subtract minus: a - b
mul multiply times: a * b
div divide true_div true_divide: a / b
floor_divide int_div: a // b
remainder fmod: a % b
neg negative: -x
power: x ** y
sqr: square(x), or x ** 2
absolute fabs: abs(x)
sgn: sign(x)
rsqrt: 1 / sqrt(x)
reciprocal: 1 / x
cbrt: sign(x) * abs(x) ** (1.0 / 3)
ln: log(x)
exp2: 2.0 ** x
arcsin: asin(x)
arccos: acos(x)
arctan: atan(x)
arcsinh: asinh(x)
arccosh: acosh(x)
arctanh: atanh(x)
arctan2: atan2(a, b)
clamp clip_by_value: clip(x, low, high)
fix: trunc(x)
ceiling: ceil(x)
rint around iround: round(x)
deg2rad: x * pi / 180
rad2deg: x * 180 / pi
nan_to_num: switch(isnan(x), 0, x)
real_part imag conj angle complex: there are no complex numbers
matmul mm bmm mv batched_dot vdot: a @ b is the matrix product
inner: a @ b of vectors, a @ b.T of matrices
einsum: not in the language yet: tensordot(a, b, axes) sums products over several axes, sum(a * b, axis=…) any
kron: reshape(a[:, new, :, new] * b[new, :, new, :], (N * K, M * L))
average: mean(x), or sum(w * x) / sum(w)
amax reduce_max: max(x, axis=…)
amin reduce_min: min(x, axis=…)
reduce_sum: sum(x, axis=…)
reduce_mean: mean(x, axis=…)
product: prod(x)
count_nonzero: sum(x != 0)
ptp: max(x) - min(x)
cov: (x - mean(x, axis=0)).T @ (x - mean(x, axis=0)) / N
median: sort(x)[N // 2] of an odd number of elements
quantile percentile: sort(x)[9 * N // 10] is the element that 90 % are not above
top_k nlargest: topk(x, k) gives the largest elements and their positions
unique: sort(x) has equal elements side by side
histogram bincount: sum(one_hot(labels, n), axis=0) counts labels
digitize bucketize: searchsorted(edges, x)
argpartition partition: topk(x, k) gives the largest elements and their positions
cummin: -cummax(-x, axis)
accumulate: cumsum(x, axis), cumprod and cummax
lfilter ewm: recurrence(0.9, 0.1 * x, 0) is a running average
diff: x[1:] - x[:-1]
dimshuffle: x[:, new] makes an axis, transpose(x, (1, 0)) reorders them
expand_dims unsqueeze squeeze atleast_1d atleast_2d: x[:, new] makes an axis, x[:, 0] takes one away
view ravel resize: reshape(x, shape), or flatten(x)
permute swapaxes moveaxis movedim rollaxis: transpose(x, (0, 2, 1)) reorders axes
t transposed: x.T
expand broadcast_to expand_as: broadcast(x, shape)
concat cat hstack vstack append join: concatenate((a, b), axis=0)
stack: [a, b] makes an array of arrays
array asarray tensor as_tensor: [1.0, 2.0] is an array
chunk hsplit vsplit array_split: split(x, (2, 3), axis=0) cuts into pieces of 2 and 3
repeat_interleave: repeat(x, 2, axis=0)
flip flipud: x[::-1]
fliplr: x[:, ::-1]
take index_select take_along_axis embedding Embedding: W[labels] takes rows; gather(x, positions, axis) any
index_add scatter_add segment_sum: scatter(x, positions, axis, size)
set_subtensor inc_subtensor index_update put: nothing is written to: switch(condition, a, x) replaces elements
diag_embed: diag(v) makes a matrix, diagonal(A) takes a diagonal
tri: tril(ones((N, M)))
meshgrid indices mgrid: iota((N, M), 0) and iota((N, M), 1)
identity: eye(n)
empty: zeros(shape)
empty_like: zeros_like(x)
onehot to_one_hot: one_hot(labels, n)
inv: inverse(A) of a matrix; 1 / x of each element
cho_solve cholesky_solve: solve_upper(L.T, solve_lower(L, b))
solve_triangular triangular_solve: solve_lower(L, b) and solve_upper(U, b)
slogdet log_abs_det: logdet(A), and sign(det(A))
lstsq: solve(A.T @ A, A.T @ b)
pinv: inverse(A.T @ A) @ A.T, of independent columns
lu lu_factor: solve(A, b) and det(A) share the factors of A
svd eig eigvals expm matrix_power: not in the language yet; eigh(A) decomposes symmetric matrices
eigvalsh: eigh(A)[0]
fft rfft ifft irfft: Fourier transforms are not in the language
conv convolve correlate Conv1d Conv3d: use std.nn: conv2d, or std.layers: Conv2d
unfold sliding_window_view: windows(x, 3)
fold col2im: overlap_add(w, N)
max_pool MaxPool2d pool_2d: use std.nn: max_pool2d
avg_pool AvgPool2d: use std.nn: avg_pool2d
Dropout: use std.nn: dropout, then dropout(x, 0.5, training)
Linear: use std.layers: Dense
ReLU Relu rectify: use std.nn: relu
silu SiLU: use std.nn: swish
Sigmoid expit logistic ultra_fast_sigmoid: sigmoid(x)
Tanh: tanh(x)
Softmax: use std.nn: softmax
logsigmoid: use std.nn: log_sigmoid
mse mse_loss MSELoss: mean((y - target) ** 2)
mae l1_loss L1Loss: mean(abs(y - target))
smooth_l1_loss huber_loss HuberLoss SmoothL1Loss: use std.nn: huber
cross_entropy CrossEntropyLoss softmax_cross_entropy: use std.nn: categorical_cross_entropy_on_logits
nll_loss NLLLoss categorical_crossentropy: use std.nn: categorical_cross_entropy
bce BCELoss binary_crossentropy: use std.nn: binary_cross_entropy
bce_with_logits BCEWithLogitsLoss sigmoid_binary_crossentropy: use std.nn: binary_cross_entropy_on_logits
batch_norm BatchNorm1d: use std.layers: BatchNorm
LSTM GRU RNN LSTMCell GRUCell RNNCell: a loop has states: for x_t in x { state h: real[B, H] = 0 … h <- f(h, x_t) }
scan fori_loop foldl foldr reduce: a loop is an expression: for x_t in x { state s: real = 0 … s <- s + x_t }
while_loop: a loop has a bound: for t in 1000 { … until done } ends after the step in which done is true
vmap vectorize pmap: operations are elementwise, and @ takes stacks of matrices: none is needed
lgamma loggamma: gammaln(x)
gamma: exp(gammaln(x)), for positive x
rgamma: exp(-gammaln(x)), for positive x
multigammaln mvlgamma: sum(gammaln(a - 0.5 * real(arange(d)))) + 0.25 * d * (d - 1) * log(pi)
kl_div rel_entr: sum(xlogy(x, x / y)), after: use std.special: xlogy
psi: digamma(x)
trigamma: polygamma(1, x)
tetragamma: polygamma(2, x)
norm_ppf probit: use std.special: ndtri
norm_cdf: use std.special: ndtr
norm_logcdf: use std.special: log_ndtr
igamma: gammainc(a, x)
igammac: gammaincc(a, x)
lbeta: betaln(a, b)
bessel betainc: not in the language yet
randn rand random: normal(0, 1, (3, 4)) and uniform(0, 1, (3, 4)) draw; in a first value without a shape
xavier_uniform_ xavier_normal_ xavier: use std.init: glorot
kaiming_normal_ kaiming_uniform_ kaiming: use std.init: he
multinomial choice: categorical(z) draws positions by logits, randint(0, n, shape) all alike
shuffle: x[permutation(N)] has the rows of x in random order
RandomStreams MRG_RandomStreams PRNGKey default_rng manual_seed: the seed of the model decides all draws
poisson: not in the language yet: draw it in Python
detach disconnected_grad stop_gradient no_grad zero_grad consider_constant: stop_grad(x)
gradient value_and_grad: grad(cost, w), or grad(cost, (a, b))
jacfwd jacrev: jacobian(y, x), of an expression and a variable
Rop pushforward linearize: jvp(y, x, v)
hvp: jvp(grad(C, x), x, v) is the Hessian times v
Lop pullback: vjp(y, x, u)
custom_vjp custom_jvp custom_gradient defvjp: derivative f(x) for y, g = … is the derivative of a function
grad_clip: use std.nn: clip_grad
grad_reverse gradient_reversal: use std.nn: scale_grad
backward step optimizer optim function jit: entry train(x) -> C { minimize C with sgd(0.01) } derives and updates
SGD: use std.optim: sgd
Adam: use std.optim: adam
AdamW: use std.optim: adamw
RMSprop: use std.optim: rmsprop
Adagrad: use std.optim: adagrad
Parameter Variable: shared W: real[2, 3] = 0 keeps a value that is trained
item numpy cpu cuda to clone copy eval: a value needs no conversion
get_value: a shared is used by its name
set_value assign assign_sub: W <- value, between the braces of an entry
"""

TYPES = """
float floating Float scalar number: real, of the build's width; f32 and f64 have their own
float32 Float32 f4 single fscalar: f32, or real for the build's width
double float64 Float64 f8 dscalar: f64, or real for the build's width
float16 half bfloat16 f16 bf16: f32; there are no narrower reals
long int64 integer Int Int64 lscalar uint uint32 uint64 u32 u64: int
int32 Int32 iscalar short int16 int8 i16 i8: i32
uint8 byte char: u8
boolean Bool bool_: bool
Tensor tensor ndarray array Array tensor3 tensor4: real[N, M, K], with a size for each axis
matrix dmatrix fmatrix: real[N, M], with a size for each axis
vector dvector fvector list List: real[N], with its size
complex complex64 complex128: two reals: there are no complex numbers
str string: strings stand in assert and print only
"""


def _table(text: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in text.strip().splitlines())
    return {name: advice for names, _, advice in lines for name in names.split()}


_WORDS, _FUNCTIONS, _TYPES = _table(WORDS), _table(FUNCTIONS), _table(TYPES)


def advice(name: str, after: str, known: Container[str], module: Callable[[str], str | None]) -> str | None:
    """The replacement for a name that does not exist.  `after` is the text behind it, `module` gives the part of the
    standard library that has a name."""
    member = re.match(r"(?:\s*\.\s*[A-Za-z_]\w*)+", after)
    if name in PREFIXES and member:
        last = member[0].rpartition(".")[2].strip()
        instead = _FUNCTIONS.get(last) or _WORDS.get(last) or (f"{last}(…)" if last in known else None)
        instead = instead or (f"use {module(last)}: {last}" if module(last) else "sum(x)")
        return f"functions have no prefix: {instead}"
    called = re.match(r"\s*[(.]", after)
    return (_FUNCTIONS.get(name) if called else None) or _WORDS.get(name)


def is_word(name: str) -> bool:
    """Whether a name is a word of another language that no one would give to a value."""
    return name in _WORDS


def attribute_advice(name: str) -> str | None:
    """The replacement for an attribute of other languages' arrays."""
    return _FUNCTIONS.get(name) or _WORDS.get(name)


def type_advice(name: str) -> str | None:
    """The replacement for a type of other languages."""
    return _TYPES.get(name)
