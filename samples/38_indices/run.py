"""Arrays defined by their elements, beside the same with NumPy."""

from pathlib import Path

import numpy as np

import tdsl

m = tdsl.compile(Path(__file__).with_name("indices.tdsl"), float=64)

random = np.random.default_rng(seed=0)
x, A, y = random.normal(size=(4, 3)), random.normal(size=(3, 5, 2)), random.normal(size=(4, 5))
print("bilinear:", np.allclose(m.bilinear(x, A, y), np.einsum("bi,ijk,bj->bk", x, A, y)))

roads = np.array([[0, 1, 9, 9], [1, 0, 2, 9], [9, 2, 0, 3], [9, 9, 3, 0]], dtype=float)
print("shortest paths of four steps at most, from 0:", m.shortest(m.shortest(roads))[0])

data = random.normal(size=(50, 3))
print("covariance:", np.allclose(m.covariance(data), np.cov(data.T)))
print("powers of 3:", m.vandermonde([3.0], K=5)[0])
print("histogram:", m.histogram([0, 2, 2, 1, 2], I=4))

q, k, v = random.normal(size=(2, 6, 8)), random.normal(size=(2, 7, 8)), random.normal(size=(2, 7, 3))
weights = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(8))
weights /= weights.sum(-1, keepdims=True)
print("attention:", np.allclose(m.attended(q, k, v), weights @ v))

step = 1e-6 * np.cos(np.arange(k.size)).reshape(k.shape)
change = ((m.attended(q, k + step, v) ** 2).sum() - (m.attended(q, k - step, v) ** 2).sum()) / 2
print("its derivative:", np.allclose((m.by_keys(q, k, v) * step).sum(), change, rtol=1e-5))
