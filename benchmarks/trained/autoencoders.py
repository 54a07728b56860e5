"""The denoising auto-encoder of 42_autoencoders in PyTorch."""

from __future__ import annotations

from benchmarks.trained import Trained
from benchmarks.trained._digits import pictures


def peer() -> float:
    import torch
    from torch.nn.functional import binary_cross_entropy

    torch.manual_seed(0)
    train, test = (torch.from_numpy(part) for part in pictures())
    W = (0.01 * torch.randn(64, 64)).requires_grad_()
    b, c = torch.zeros(64, requires_grad=True), torch.zeros(64, requires_grad=True)
    optimizer = torch.optim.SGD([W, b, c], lr=0.1)

    def error(x: torch.Tensor) -> torch.Tensor:
        h = torch.sigmoid(x * torch.bernoulli(torch.full_like(x, 0.7)) @ W + b)
        return binary_cross_entropy(torch.sigmoid(h @ W.T + c), x, reduction="sum") / len(x)

    for _ in range(300):
        for x in train[torch.randperm(len(train))].split(50):
            optimizer.zero_grad()
            error(x).backward()
            optimizer.step()
    return float(error(test).detach())


ROW = Trained(
    "42_autoencoders",
    "denoising auto-encoder, digits",
    "cross-entropy of new digits, nats",
    r"denoising, .*error (\S+)",
    "PyTorch",
    peer,
)
