"""A photograph of which half is known, as the product of two thin matrices, by PyTorch's Adam."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained


def peer() -> float:
    import torch
    from skimage import data

    x = (data.brick() / 255).astype(np.float32)
    known = np.random.default_rng(0).random(x.shape) < 0.5
    wanted, counted = torch.tensor(x), torch.tensor(known)
    torch.manual_seed(0)
    left, right = (torch.normal(0.0, 0.1, (512, 48)).requires_grad_() for _ in range(2))
    rows, columns = torch.zeros(512, 1, requires_grad=True), torch.zeros(512, requires_grad=True)
    offset = torch.tensor(0.5, requires_grad=True)
    rule = torch.optim.Adam([left, right, rows, columns, offset], lr=0.01)
    for _ in range(200):
        rule.zero_grad()
        made = left @ right.T + rows + columns + offset
        penalty = 0.2 * ((left**2).sum() + (right**2).sum())
        (torch.where(counted, wanted - made, 0.0).square().sum() + penalty).backward()
        rule.step()
    with torch.no_grad():
        made = (left @ right.T + rows + columns + offset).clip(0, 1)
    return float(np.sqrt(np.mean((made.numpy() - x)[~known] ** 2)))


ROW = Trained(
    sample="44_factorisation",
    title="matrix factorisation, half a photograph",
    measure="error of missing pixels",
    figure=r"missing pixels ([\d.]+)",
    peer_name="PyTorch",
    peer=peer,
)
