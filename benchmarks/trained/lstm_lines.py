"""The masked LSTM of 52_lstm_lines in PyTorch."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained, of_sample

EPOCHS, BATCH, UNITS = 6, 64, 48


def peer() -> float:
    import torch
    from torch import nn
    from torch.nn.functional import cross_entropy

    data = of_sample("52_lstm_lines", "data.py")
    lines, kinds = data.lines()
    text, length = (torch.from_numpy(part) for part in data.padded(lines))
    kind = torch.from_numpy(kinds)
    torch.manual_seed(0)
    embedding, lstm, output = nn.Embedding(96, 16), nn.LSTM(16, UNITS), nn.Linear(UNITS, 3)
    with torch.no_grad():
        nn.init.xavier_uniform_(lstm.weight_ih_l0)
        nn.init.orthogonal_(lstm.weight_hh_l0)
        nn.init.xavier_uniform_(output.weight)
        for vector in (lstm.bias_ih_l0, lstm.bias_hh_l0, output.bias):
            vector.zero_()
        lstm.bias_ih_l0[UNITS : 2 * UNITS] = 1
    lstm.bias_hh_l0.requires_grad = False
    trained = [p for module in (embedding, lstm, output) for p in module.parameters() if p.requires_grad]
    adam = torch.optim.Adam(trained)

    def logits(rows: torch.Tensor) -> torch.Tensor:
        h, _ = lstm(embedding(text[rows].T))
        mask = torch.arange(text.shape[1])[:, None] < length[rows]
        return output((h * mask[:, :, None]).sum(0) / length[rows][:, None])

    held_out = len(lines) // 7
    for epoch in range(EPOCHS):
        adam.param_groups[0]["lr"] = 0.005 * 0.2 ** (epoch / (EPOCHS - 1))
        order = torch.from_numpy(np.random.default_rng(epoch).permutation(len(lines) - held_out)) + held_out
        for rows in order.split(BATCH):
            cost = cross_entropy(logits(rows), kind[rows])
            adam.zero_grad()
            cost.backward()
            adam.step()
    with torch.no_grad():
        rows = torch.arange(held_out)
        return 100 * float((logits(rows).argmax(1) == kind[rows]).double().mean())


ROW = Trained(
    sample="52_lstm_lines",
    title="masked LSTM, lines of Python, C and English",
    measure="accuracy, %",
    figure=r"([\d.]+)% of the lines",
    peer_name="PyTorch",
    peer=peer,
)
