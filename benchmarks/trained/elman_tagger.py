"""The Elman network of 46_elman_tagger in PyTorch."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained, of_sample

EPOCHS, BATCH, UNITS, VECTOR, WINDOW = 4, 32, 64, 24, 5


def peer() -> float:
    import torch
    from torch import nn
    from torch.nn.functional import cross_entropy, pad

    module = of_sample("46_elman_tagger", "data.py")
    data = module.Data(60)
    words, length, tags = (torch.from_numpy(part) for part in data.training)
    torch.manual_seed(0)
    embedding, elman = nn.Embedding(module.WORDS, VECTOR), nn.RNN(WINDOW * VECTOR, UNITS)
    output = nn.Linear(UNITS, len(module.TAGS))
    with torch.no_grad():
        nn.init.normal_(embedding.weight, 0, 0.5)
        nn.init.xavier_uniform_(elman.weight_ih_l0)
        nn.init.orthogonal_(elman.weight_hh_l0)
        nn.init.xavier_uniform_(output.weight)
        for vector in (elman.bias_ih_l0, elman.bias_hh_l0, output.bias):
            vector.zero_()
    elman.bias_hh_l0.requires_grad = False
    trained = [p for part in (embedding, elman, output) for p in part.parameters() if p.requires_grad]
    adam = torch.optim.Adam(trained)

    def logits(lines: torch.Tensor) -> torch.Tensor:
        around = pad(lines, (WINDOW // 2, WINDOW // 2)).unfold(1, WINDOW, 1)
        return output(elman(embedding(around).flatten(2).transpose(0, 1))[0]).transpose(0, 1)

    for epoch in range(EPOCHS):
        adam.param_groups[0]["lr"] = 0.003 * 0.2 ** (epoch / (EPOCHS - 1))
        order = np.random.default_rng([epoch, 0]).permutation(len(words))
        for rows in torch.from_numpy(order).split(BATCH):
            mask = torch.arange(words.shape[1]) < length[rows][:, None]
            cost = cross_entropy(logits(words[rows])[mask], tags[rows][mask])
            adam.zero_grad()
            cost.backward()
            adam.step()
    with torch.no_grad():
        return 100 * float(data.share(logits(torch.from_numpy(data.test[0])).argmax(2).numpy()))


ROW = Trained(
    sample="46_elman_tagger",
    title="Elman network, tags of names in Python",
    measure="accuracy, %",
    figure=r"network: ([\d.]+)%",
    peer_name="PyTorch",
    peer=peer,
)
