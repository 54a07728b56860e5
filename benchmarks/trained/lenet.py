"""LeNet on digits enlarged to 28 by 28: first values of the same distribution, and the same batches."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained


def peer() -> float:
    import torch
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits
    from torch import nn

    torch.manual_seed(0)
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.images))
    enlarged = zoom(digits.images[order] / 16, (1, 2.5, 2.5), order=1)
    x = torch.tensor(np.pad(enlarged, ((0, 0), (4, 4), (4, 4)))[:, None], dtype=torch.float32)
    label = torch.tensor(digits.target[order])
    first = nn.Sequential(nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.ReLU())
    second = nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))
    model = nn.Sequential(first, second)
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    rule = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    for epoch in range(12):
        for rows in np.split(np.random.default_rng([0, epoch]).permutation(1437), range(32, 1437, 32)):
            rule.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), label[rows]).backward()
            rule.step()
    with torch.no_grad():
        return 100 * float((model(x[1437:]).argmax(1) == label[1437:]).float().mean())


ROW = Trained(
    sample="39_lenet",
    title="LeNet, digits of 28 × 28",
    measure="accuracy, %",
    figure=r"new digits ([\d.]+)%",
    peer_name="PyTorch",
    peer=peer,
)
