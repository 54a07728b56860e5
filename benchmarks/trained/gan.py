"""35_gan in PyTorch."""

from __future__ import annotations

from itertools import pairwise

from benchmarks.trained import Trained
from benchmarks.trained._digits import pictures


def peer() -> float:
    import torch
    from torch import nn
    from torch.nn.functional import softplus

    torch.manual_seed(0)
    train, test = (torch.from_numpy(part) for part in pictures())

    def network(sizes: tuple[int, ...], between: list[nn.Module]) -> nn.Sequential:
        layers: list[nn.Module] = []
        for n, m in pairwise(sizes):
            layer = nn.Linear(n, m)
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
            layers += [*(between if layers else []), layer]
        return nn.Sequential(*layers)

    generator = network((16, 128, 128, 64), [nn.ReLU()])
    critic = network((64, 128, 128, 1), [nn.LeakyReLU(0.2), nn.Dropout(0.3)])
    draw, judge = (torch.optim.Adam(made.parameters(), lr=0.0005, betas=(0.5, 0.999)) for made in (generator, critic))
    for _ in range(600):
        for x in train[torch.randperm(len(train))].split(50):
            fake = torch.sigmoid(generator(torch.randn(50, 16)))
            g = softplus(-critic(fake)).mean()
            f = softplus(-critic(x)).mean() + softplus(critic(fake.detach())).mean()
            draw.zero_grad()
            g.backward()
            judge.zero_grad()
            f.backward()
            draw.step()
            judge.step()
    with torch.no_grad():
        drawn = torch.sigmoid(generator(torch.randn(1500, 16)))
        return float(torch.cdist(test, drawn).min(dim=1).values.mean())


ROW = Trained(
    "35_gan",
    "generative adversarial nets, digits",
    "distance of new digits from drawn ones",
    r"new digits (\S+) from drawn",
    "PyTorch",
    peer,
)
