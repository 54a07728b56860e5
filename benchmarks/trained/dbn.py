"""43_dbn in PyTorch, pretrained."""

from __future__ import annotations

from benchmarks.trained import Trained
from benchmarks.trained._digits import labels, pictures


def peer() -> float:
    import torch
    from torch.nn.functional import cross_entropy, softplus

    torch.manual_seed(0)
    train, test = (torch.from_numpy(part) for part in pictures())
    label, wanted = (torch.from_numpy(part) for part in labels())
    machines = []
    for n in (64, 100, 100):
        W = torch.empty(n, 100)
        torch.nn.init.xavier_uniform_(W, gain=4.0)
        machines.append((W.requires_grad_(), torch.zeros(100, requires_grad=True), torch.zeros(n, requires_grad=True)))

    def encoded(x: torch.Tensor, count: int) -> torch.Tensor:
        for W, b, _ in machines[:count]:
            x = torch.sigmoid(x @ W + b)
        return x

    for number, (W, b, a) in enumerate(machines):
        with torch.no_grad():
            seen = encoded(train, number)
        optimizer = torch.optim.SGD([W, b, a], lr=0.05)
        for _ in range(100):
            for x in seen[torch.randperm(len(seen))].split(20):
                v = torch.bernoulli(x)
                with torch.no_grad():
                    h = torch.bernoulli(torch.sigmoid(v @ W + b))
                    drawn = torch.bernoulli(torch.sigmoid(h @ W.T + a))
                both = torch.stack([v, drawn])
                energy = (-(both @ a) - softplus(both @ W + b).sum(dim=2)).mean(dim=1)
                optimizer.zero_grad()
                (energy[0] - energy[1]).backward()
                optimizer.step()

    pretrained = [tuple(part.detach().clone() for part in machine) for machine in machines]
    right = []
    for first in range(0, 1500, 300):
        machines = [tuple(part.clone().requires_grad_() for part in machine) for machine in pretrained]
        V, d = torch.zeros(100, 10, requires_grad=True), torch.zeros(10, requires_grad=True)
        optimizer = torch.optim.SGD([V, d, *(part for W, b, _ in machines for part in (W, b))], lr=0.1)
        for _ in range(300):
            for rows in (first + torch.randperm(50)).split(10):
                optimizer.zero_grad()
                cross_entropy(encoded(train[rows], 3) @ V + d, label[rows]).backward()
                optimizer.step()
        with torch.no_grad():
            right.append(((encoded(test, 3) @ V + d).argmax(dim=1) == wanted).float().mean())
    return 100 * float(torch.stack(right).mean())


ROW = Trained(
    "43_dbn",
    "deep belief network, digits, 50 labels",
    "accuracy, %",
    r"begun pretrained, with 50 labels: ([\d.]+)%",
    "PyTorch",
    peer,
)
