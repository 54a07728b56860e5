"""The digits of scikit-learn in black and white: 8 rows of 8 pixels."""

from __future__ import annotations

import numpy as np

Part = tuple[np.ndarray, np.ndarray]


def pictures() -> tuple[Part, Part]:
    """Pictures [pictures, rows, pixels] and their digits, to learn from, and a fifth of all held out."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    images, label = (digits.images[order] >= 8).astype(np.float32), digits.target[order]
    return (images[360:], label[360:]), (images[:360], label[:360])


def by_pixel(training: Part, test: Part) -> float:
    """The mean log-likelihood of a picture of a digit whose pixels are independent."""
    of_digit = [training[0][training[1] == digit] for digit in range(10)]
    p = np.array([(images.sum(axis=0) + 1) / (len(images) + 2) for images in of_digit])[test[1]]
    return float(np.mean(np.sum(np.log(np.where(test[0] > 0, p, 1 - p)), axis=(1, 2))))
