"""The contractive auto-encoder of 42_autoencoders in PyTorch."""

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

    def measured(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = torch.sigmoid(x @ W + b)
        error = binary_cross_entropy(torch.sigmoid(h @ W.T + c), x, reduction="sum") / len(x)
        return error, ((h * (1 - h)) ** 2 @ (W**2).sum(dim=0)).mean()

    for _ in range(300):
        for x in train[torch.randperm(len(train))].split(50):
            error, slope = measured(x)
            optimizer.zero_grad()
            (error + 0.1 * slope).backward()
            optimizer.step()
    return float(measured(test)[0].detach())


ROW = Trained(
    "42_autoencoders",
    "contractive auto-encoder, digits",
    "cross-entropy of new digits, nats",
    r"contracting, .*error (\S+)",
    "PyTorch",
    peer,
)
