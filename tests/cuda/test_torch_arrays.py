"""Tensors of PyTorch on a GPU, in and out of calls; needs both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.cuda.programs import MODEL

X = np.random.default_rng(5).normal(size=(5000, 2)).astype(np.float32)
T = X @ np.float32([[1, 2, 3], [4, 5, 6]])


@pytest.fixture
def torch(request: pytest.FixtureRequest) -> Any:
    if not request.config.getoption("--gpu"):
        pytest.skip("needs a GPU")
    return pytest.importorskip("torch")


def test_tensors(for_gpus: Callable[..., Any], torch: Any) -> None:
    module = for_gpus(MODEL)
    hosts, there = module.Model(device="cuda"), module.Model(device="cuda")
    x, t = torch.from_numpy(X).cuda(), torch.from_numpy(T).cuda()
    assert there.train(x, t) == hosts.train(X, T)
    assert float(torch.from_dlpack(there.train(x, t, out="device"))) == hosts.train(X, T)
    expected = hosts.predict(X)
    shared = torch.from_dlpack(there.predict(x, out="device"))
    np.testing.assert_array_equal(shared.cpu().numpy(), expected)
    shared.zero_()
    assert there.predict(x, out=shared) is shared
    np.testing.assert_array_equal(shared.cpu().numpy(), expected)
    assert there.fit(x, t, epochs=2, batch_size=100, lr=0.05) == hosts.fit(X, T, epochs=2, batch_size=100, lr=0.05)
    there.W = torch.ones(2, 3, device="cuda")
    np.testing.assert_array_equal(there.W, np.ones((2, 3)))
    with pytest.raises(TypeError, match="not contiguous in C order"):
        there.predict(torch.ones(2, 50, device="cuda").T)
    with pytest.raises(TypeError, match="is on a GPU, and is needed on the host"):
        module.Model().predict(x)


def test_the_work_of_a_stream_is_waited_for(for_gpus: Callable[..., Any], torch: Any) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    expected = model.predict(np.full((4000, 2), 7, np.float32))
    large = torch.ones(4000, 4000, device="cuda")
    for stream in (torch.cuda.Stream(), torch.cuda.default_stream()):
        with torch.cuda.stream(stream):
            for _ in range(20):
                large = (large @ large) / 4000  # ones again, after some milliseconds
            x = (7 * large[:, :2]).contiguous()
            found = model.predict(x)
        np.testing.assert_allclose(found, expected, rtol=1e-5)
