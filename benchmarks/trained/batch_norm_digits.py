"""Digits from few pictures, by four networks with and without batch normalisation and dropout, in PyTorch."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.trained import Trained

SIZES = 64, 100, 100, 100
TRAINING, EPOCHS = 300, 100


def network(normalised: bool, dropped: float) -> Any:
    from torch import nn

    parts: list[Any] = []
    for before, after in pairwise(SIZES):
        norm = [nn.BatchNorm1d(after, momentum=0.1)] if normalised else []
        parts += [nn.Linear(before, after), *norm, nn.Sigmoid(), nn.Dropout(dropped)]
    made = nn.Sequential(*parts, nn.Linear(SIZES[-1], 10))
    for layer in made:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return made


def peer() -> float:
    import torch
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.data))
    x = torch.tensor(digits.data[order] / 16, dtype=torch.float32)
    label = torch.tensor(digits.target[order])
    right = np.zeros(4)
    for kind in range(4):
        torch.manual_seed(0)
        model = network(kind >= 2, 0.2 if kind % 2 else 0.0)
        rule = torch.optim.SGD(model.parameters(), lr=1.0)
        for epoch in range(EPOCHS):
            model.train()
            for rows in np.split(np.random.default_rng([0, epoch]).permutation(TRAINING), TRAINING // 20):
                rule.zero_grad()
                torch.nn.functional.cross_entropy(model(x[rows]), label[rows]).backward()
                rule.step()
            model.eval()
            with torch.no_grad():
                right[kind] = float((model(x[800:]).argmax(1) == label[800:]).float().mean())
    return 100 * float(right[-1])


ROW = Trained(
    sample="53_batch_norm_digits",
    title="batch normalisation and dropout, 300 digits",
    measure="accuracy of both, %",
    figure=r"both .* ([\d.]+)%",
    peer_name="PyTorch",
    peer=peer,
)
