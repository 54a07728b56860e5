"""36_vae in PyTorch."""

from __future__ import annotations

from benchmarks.trained import Trained
from benchmarks.trained._digits import binary


def peer() -> float:
    import torch
    from torch import nn
    from torch.nn.functional import binary_cross_entropy_with_logits

    torch.manual_seed(0)
    train, test = (torch.from_numpy(pictures) for pictures in binary())
    encoder = nn.Sequential(nn.Linear(64, 128), nn.Tanh(), nn.Linear(128, 4))
    decoder = nn.Sequential(nn.Linear(2, 128), nn.Tanh(), nn.Linear(128, 64))
    parameters = [*encoder.parameters(), *decoder.parameters()]
    for values in parameters:
        nn.init.xavier_uniform_(values) if values.dim() == 2 else nn.init.zeros_(values)
    optimizer = torch.optim.Adam(parameters, lr=0.003)

    def cost(x: torch.Tensor) -> torch.Tensor:
        mu, s = encoder(x).chunk(2, dim=1)
        y = decoder(mu + torch.exp(0.5 * s) * torch.randn_like(mu))
        divergence = 0.5 * (mu**2 + torch.exp(s) - s - 1).sum()
        return (binary_cross_entropy_with_logits(y, x, reduction="sum") + divergence) / len(x)

    for _ in range(300):
        for x in train[torch.randperm(len(train))].split(50):
            optimizer.zero_grad()
            cost(x).backward()
            optimizer.step()
    with torch.no_grad():
        return -float(torch.stack([cost(test) for _ in range(100)]).mean())


ROW = Trained(
    "36_vae",
    "variational auto-encoder of two numbers, digits",
    "evidence bound of new digits, nats",
    r"of new digits (-\S+)",
    "PyTorch",
    peer,
)
