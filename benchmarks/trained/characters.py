"""The LSTM of 31_characters in PyTorch."""

from __future__ import annotations

from math import log

from benchmarks.trained import Trained, of_sample

EPOCHS, PIECES, STEPS, UNITS = 10, 32, 48, 192


def peer() -> float:
    import torch
    from torch import nn
    from torch.nn.functional import cross_entropy

    text = of_sample("31_characters", "text.py")
    torch.manual_seed(0)
    embedding, lstm, output = nn.Embedding(96, 32), nn.LSTM(32, UNITS), nn.Linear(UNITS, 96)
    with torch.no_grad():
        nn.init.xavier_uniform_(lstm.weight_ih_l0)
        nn.init.orthogonal_(lstm.weight_hh_l0)
        nn.init.normal_(output.weight, 0, 0.1)
        for vector in (lstm.bias_ih_l0, lstm.bias_hh_l0, output.bias):
            vector.zero_()
        lstm.bias_ih_l0[UNITS : 2 * UNITS] = 1
    lstm.bias_hh_l0.requires_grad = False
    trained = [p for module in (embedding, lstm, output) for p in module.parameters() if p.requires_grad]
    adam = torch.optim.Adam(trained)

    training, held_out = text.texts()
    for epoch in range(EPOCHS):
        adam.param_groups[0]["lr"] = 0.004 * 0.1 ** (epoch / (EPOCHS - 1))
        state = None
        for before, after in text.batches(training, PIECES, STEPS):
            h, state = lstm(embedding(torch.from_numpy(before.copy())), state)
            cost = cross_entropy(output(h).reshape(-1, 96), torch.from_numpy(after.copy()).reshape(-1))
            adam.zero_grad()
            cost.backward()
            adam.step()
            state = tuple(part.detach() for part in state)
    parts = torch.from_numpy(text.columns(held_out, 8).copy())
    with torch.no_grad():
        z = output(lstm(embedding(parts[:-1]))[0])
        return float(cross_entropy(z.reshape(-1, 96), parts[1:].reshape(-1))) / log(2)


ROW = Trained(
    sample="31_characters",
    title="LSTM of 192 units, documentation of Python by characters",
    measure="bits per character",
    figure=r"held out ([\d.]+)",
    peer_name="PyTorch",
    peer=peer,
)
