"""32_stacked_autoencoders in PyTorch, pretrained."""

from __future__ import annotations

from benchmarks.trained import Trained
from benchmarks.trained._digits import labels, pictures


def peer() -> float:
    import torch
    from torch.nn.functional import binary_cross_entropy, cross_entropy

    torch.manual_seed(0)
    train, test = (torch.from_numpy(part) for part in pictures())
    label, wanted = (torch.from_numpy(part) for part in labels())
    layers = []
    for n in (64, 100, 100):
        W = torch.empty(n, 100)
        torch.nn.init.xavier_uniform_(W, gain=4.0)
        layers.append((W.requires_grad_(), torch.zeros(100, requires_grad=True), torch.zeros(n, requires_grad=True)))

    def encoded(x: torch.Tensor, count: int) -> torch.Tensor:
        for W, b, _ in layers[:count]:
            x = torch.sigmoid(x @ W + b)
        return x

    for number, (W, b, c) in enumerate(layers):
        with torch.no_grad():
            seen = encoded(train, number)
        optimizer = torch.optim.SGD([W, b, c], lr=0.05)
        for _ in range(150):
            for x in seen[torch.randperm(len(seen))].split(20):
                h = torch.sigmoid(x * torch.bernoulli(torch.full_like(x, 0.7)) @ W + b)
                cost = binary_cross_entropy(torch.sigmoid(h @ W.T + c), x, reduction="sum") / len(x)
                optimizer.zero_grad()
                cost.backward()
                optimizer.step()

    pretrained = [tuple(part.detach().clone() for part in layer) for layer in layers]
    right = []
    for first in range(0, 1500, 300):
        layers = [tuple(part.clone().requires_grad_() for part in layer) for layer in pretrained]
        V, d = torch.zeros(100, 10, requires_grad=True), torch.zeros(10, requires_grad=True)
        optimizer = torch.optim.SGD([V, d, *(part for W, b, _ in layers for part in (W, b))], lr=0.3)
        for _ in range(300):
            optimizer.zero_grad()
            cross_entropy(encoded(train[first : first + 50], 3) @ V + d, label[first : first + 50]).backward()
            optimizer.step()
        with torch.no_grad():
            right.append(((encoded(test, 3) @ V + d).argmax(dim=1) == wanted).float().mean())
    return 100 * float(torch.stack(right).mean())


ROW = Trained(
    "32_stacked_autoencoders",
    "stacked denoising auto-encoders, digits, 50 labels",
    "accuracy, %",
    r"begun pretrained, .*: ([\d.]+)%",
    "PyTorch",
    peer,
)
