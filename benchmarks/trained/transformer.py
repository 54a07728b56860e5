"""The transformer of 34_transformer in PyTorch."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained, of_sample

STEPS, BATCH, D, HEADS, BLOCKS, WORDS = 500, 64, 48, 4, 2, 12


def peer() -> float:
    import torch
    from torch import nn
    from torch.nn.functional import cross_entropy, gelu, scaled_dot_product_attention

    tasks = of_sample("34_transformer", "tasks.py")
    digits = tasks.DIGITS
    torch.manual_seed(0)

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.projections = nn.Parameter(torch.normal(0, 0.15, (D, 3 * D)))
            self.output = nn.Parameter(torch.normal(0, 0.15, (D, D)))
            self.first = nn.Parameter(nn.init.xavier_uniform_(torch.empty(D, 4 * D)))
            self.second = nn.Parameter(nn.init.xavier_uniform_(torch.empty(4 * D, D)))
            self.norms = nn.ModuleList([nn.LayerNorm(D), nn.LayerNorm(D)])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            parts = (self.norms[0](x) @ self.projections).chunk(3, dim=2)
            q, k, v = (part.unflatten(2, (HEADS, D // HEADS)).transpose(1, 2) for part in parts)
            y = scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + y.transpose(1, 2).flatten(2) @ self.output
            return x + gelu(self.norms[1](x) @ self.first) @ self.second

    blocks = nn.Sequential(*(Block() for _ in range(BLOCKS)))
    embedding = nn.Parameter(torch.normal(0, 0.2, (WORDS, D)))
    positions = nn.Parameter(torch.normal(0, 0.2, (2 * digits, D)))
    optimizer = torch.optim.AdamW([embedding, positions, *blocks.parameters()])

    def logits(text: torch.Tensor) -> torch.Tensor:
        return (blocks(embedding[text] + positions) @ embedding.T)[:, digits:]

    random = np.random.default_rng(0)
    for step in range(STEPS):
        text, answer, _ = (torch.from_numpy(part) for part in tasks.tasks(BATCH, random))
        optimizer.param_groups[0]["lr"] = 0.003 * min(1, step / 50) * (1 - step / STEPS)
        cost = cross_entropy(logits(text).flatten(0, 1), answer.flatten())
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    text, answer, _ = (torch.from_numpy(part) for part in tasks.tasks(1000, np.random.default_rng(1)))
    text[:, digits + 1 :] = 0
    with torch.no_grad():
        for place in range(digits):
            written = logits(text).argmax(2)
            text[:, digits + 1 : digits + 2 + place] = written[:, : min(place + 1, digits - 1)]
    return 100 * float((written == answer).double().mean())


ROW = Trained(
    sample="34_transformer",
    title="transformer, digits copied and sorted",
    measure="digits right, %",
    figure=r"all ([\d.]+)%",
    peer_name="PyTorch",
    peer=peer,
)
