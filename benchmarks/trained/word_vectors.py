"""The word vectors of 47_word_vectors in PyTorch, with sparse gradients."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained, of_sample

WORDS, EPOCHS, BATCH, D = 2000, 5, 256, 48


def peer() -> float:
    import torch
    from torch import nn
    from torch.nn.functional import logsigmoid

    module = of_sample("47_word_vectors", "data.py")
    data = module.Pairs(WORDS)
    torch.manual_seed(0)
    words, near = nn.Embedding(WORDS, D, sparse=True), nn.Embedding(WORDS, D, sparse=True)
    nn.init.uniform_(words.weight, -0.5 / D, 0.5 / D)
    nn.init.zeros_(near.weight)
    optimizer = torch.optim.SparseAdam([*words.parameters(), *near.parameters()])
    below = torch.from_numpy(data.below)

    def likelihood(pairs: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        u = words(pairs[0])
        z = (u * near(pairs[1])).sum(1)
        y = (near(noise) @ u[:, :, None])[:, :, 0]
        return (logsigmoid(z) + logsigmoid(-y).sum(1)).mean()

    for epoch in range(EPOCHS):
        optimizer.param_groups[0]["lr"] = 0.003 * (1 - epoch / EPOCHS)
        order = np.random.default_rng([epoch, 0]).permutation(data.training.shape[1])
        for pairs in torch.from_numpy(data.training[:, order]).split(BATCH, dim=1):
            noise = torch.searchsorted(below, torch.rand(pairs.shape[1], module.NOISE))
            cost = -likelihood(pairs, noise)
            optimizer.zero_grad()
            cost.backward()
            optimizer.step()
    with torch.no_grad():
        return float(likelihood(torch.from_numpy(data.held_out), torch.from_numpy(data.noise)))


ROW = Trained(
    sample="47_word_vectors",
    title="skip-gram with negative samples, words of the documentation of Python",
    measure="log-likelihood",
    figure=r"held out (-[\d.]+)",
    peer_name="PyTorch",
    peer=peer,
)
