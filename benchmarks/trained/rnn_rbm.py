"""The RNN-RBM of 48_rnn_rbm in PyTorch."""

from __future__ import annotations

import numpy as np

from benchmarks.trained import Trained, of_sample

EPOCHS, BATCH, V, H, R, K = 60, 50, 8, 100, 100, 5


def peer() -> float:
    import torch
    from torch.nn.functional import softplus

    (training, digit), (test, test_digit) = (
        [torch.from_numpy(part) for part in parts] for parts in of_sample("48_rnn_rbm", "data.py").pictures()
    )
    torch.manual_seed(0)
    first = {"W": torch.normal(0, 0.1, (V, H)), "U_b": torch.normal(0, 0.01, (R, V)), "G": torch.normal(0, 0.3, (V, R))}
    first |= {"U_c": torch.normal(0, 0.01, (R, H)), "U": torch.nn.init.orthogonal_(torch.empty(R, R))}
    first |= {name: torch.zeros(size) for name, size in {"b": V, "c": H, "d": R}.items()}
    first["u_0"] = torch.normal(0, 0.3, (10, R))
    p = {name: torch.nn.Parameter(value) for name, value in first.items()}
    adam = torch.optim.Adam(p.values())

    def biases(x: torch.Tensor, digit: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        states = [p["u_0"][digit]]
        for row in x[:-1]:
            states.append(torch.tanh(states[-1] @ p["U"] + row @ p["G"] + p["d"]))
        u = torch.stack(states)
        return u @ p["U_b"] + p["b"], u @ p["U_c"] + p["c"]

    def energy(v: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        return -(v * b).sum(-1) - softplus(v @ p["W"] + c).sum(-1)

    for epoch in range(EPOCHS):
        adam.param_groups[0]["lr"] = 0.003 * (1 - epoch / EPOCHS)
        order = np.random.default_rng([epoch, 0]).permutation(len(training))
        for rows in torch.from_numpy(order).split(BATCH):
            x = training[rows].transpose(0, 1)
            b, c = biases(x, digit[rows])
            v = x
            with torch.no_grad():
                for _ in range(K):
                    h = torch.bernoulli(torch.sigmoid(v @ p["W"] + c))
                    v = torch.bernoulli(torch.sigmoid(h @ p["W"].T + b))
            cost = (energy(x, b, c) - energy(v, b, c)).mean(1).sum()
            adam.zero_grad()
            cost.backward()
            adam.step()
    with torch.no_grad():
        x = test.transpose(0, 1)
        b, c = biases(x, test_digit)
        every = (torch.arange(256)[:, None] >> torch.arange(V) & 1).float()
        energies = energy(every, b[:, :, None], c[:, :, None])
        return float((-energy(x, b, c) - torch.logsumexp(-energies, -1)).mean(1).sum())


ROW = Trained(
    sample="48_rnn_rbm",
    title="RNN-RBM, digits row by row",
    measure="log-likelihood",
    figure=r"picture held out (-[\d.]+)",
    peer_name="PyTorch",
    peer=peer,
)
