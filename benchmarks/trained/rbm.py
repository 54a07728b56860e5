"""45_rbm in PyTorch: persistent chains, five steps of Gibbs sampling for each step of training."""

from __future__ import annotations

from benchmarks.trained import Trained
from benchmarks.trained._digits import binary

EPOCHS, RATE = 600, 0.1


def peer() -> float:
    import torch
    from torch.nn.functional import softplus

    torch.manual_seed(0)
    train, test = (torch.from_numpy(pictures) for pictures in binary())
    W = (0.01 * torch.randn(64, 64)).requires_grad_()
    a, b = torch.zeros(64, requires_grad=True), torch.zeros(64, requires_grad=True)
    chain = torch.bernoulli(torch.full((50, 64), 0.5))
    optimizer = torch.optim.SGD([W, a, b], lr=RATE)

    def energy(v: torch.Tensor) -> torch.Tensor:
        return -(v @ a) - softplus(v @ W + b).sum(dim=1)

    def gibbs(v: torch.Tensor) -> torch.Tensor:
        h = torch.bernoulli(torch.sigmoid(v @ W + b))
        return torch.bernoulli(torch.sigmoid(h @ W.T + a))

    for epoch in range(EPOCHS):
        optimizer.param_groups[0]["lr"] = RATE * (1 - epoch / EPOCHS)
        for v in train[torch.randperm(len(train))].split(50):
            with torch.no_grad():
                for _ in range(5):
                    chain = gibbs(chain)
            cost = energy(v).mean() - energy(chain).mean() + 1e-3 * W.abs().sum()
            optimizer.zero_grad()
            cost.backward()
            optimizer.step()
    with torch.no_grad():
        turned = torch.where(torch.eye(64, dtype=torch.bool), 1 - test[:, None], test[:, None])  # each point by itself
        rise = energy(turned.reshape(-1, 64)).reshape(-1, 64) - energy(test)[:, None]
        return float(-softplus(-rise).sum(dim=1).mean())


ROW = Trained(
    "45_rbm",
    "restricted Boltzmann machine, digits",
    "log pseudo-likelihood of new digits",
    r"new digits (\S+)",
    "PyTorch",
    peer,
)
