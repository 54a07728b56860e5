"""Digits by a multilayer perceptron with early stopping: PyTorch."""

from __future__ import annotations

import copy

import numpy as np

from benchmarks.trained import Trained


def peer() -> float:
    import torch
    from sklearn.datasets import load_digits
    from torch.nn.functional import cross_entropy

    torch.manual_seed(0)
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.data))
    x = torch.tensor(digits.data[order] / 16, dtype=torch.float32)
    label = torch.tensor(digits.target[order])
    model = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.Tanh(), torch.nn.Linear(64, 10))
    weights = [model[0].weight, model[2].weight]
    for layer in model[0], model[2]:
        torch.nn.init.xavier_uniform_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    adam = torch.optim.Adam(model.parameters(), lr=0.003)
    best, best_loss, best_epoch = copy.deepcopy(model), float("inf"), 0
    for epoch in range(300):
        for rows in torch.randperm(1077).split(30):
            penalty = sum(1e-5 * weight.abs().sum() + 1e-4 * weight.square().sum() for weight in weights)
            cost = cross_entropy(model(x[rows]), label[rows]) + penalty
            adam.zero_grad()
            cost.backward()
            adam.step()
        with torch.no_grad():
            loss = float(cross_entropy(model(x[1077:1437]), label[1077:1437]))
        if loss < best_loss:
            best, best_loss, best_epoch = copy.deepcopy(model), loss, epoch
        if epoch - best_epoch >= 10:
            break
    with torch.no_grad():
        return 100 * float((best(x[1437:]).argmax(1) == label[1437:]).float().mean())


ROW = Trained(
    sample="41_mlp",
    title="multilayer perceptron, digits",
    measure="accuracy, %",
    figure=r"accuracy ([\d.]+)%",
    peer_name="PyTorch",
    peer=peer,
)
