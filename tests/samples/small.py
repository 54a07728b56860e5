"""Sizes with which samples compare targets: small, so that this takes less time than their training."""

from __future__ import annotations

SMALL = {
    "miku": {"H": 7},
    "31_characters": {"V": 5, "H": 6, "B": 3},
    "34_transformer": {"D": 8, "HEADS": 2, "N": 3},
    "46_elman_tagger": {"V": 6, "D": 3, "H": 5},
    "47_word_vectors": {"V": 9, "D": 4},
    "48_rnn_rbm": {"H": 5, "R": 6},
    "52_lstm_lines": {"V": 6, "D": 4, "H": 5},
}


def defines(sample: str) -> dict[str, str]:
    return {name: str(value) for name, value in SMALL.get(sample, {}).items()}
