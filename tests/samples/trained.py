"""Short runs of the samples that train on real data: the figures that they reach."""

from __future__ import annotations

from typing import NamedTuple


class Trained(NamedTuple):
    """`figure` finds the last of a sample's figures: a pattern with one group; `picture` is the file that it makes."""

    sample: str
    arguments: tuple[str, ...]
    figure: str
    least: float
    most: float
    picture: str = ""


TRAINED = (
    Trained("24_hmc", ("--steps", "50"), r"log-likelihood (-?[\d.]+)", -30.6, -29.4, "hmc.png"),
    Trained(
        "26_gaussian_process",
        ("--points", "150", "--steps", "40"),
        r"error ([\d.]+) m",
        20,
        90,
        "gaussian_process.png",
    ),
    Trained("27_kalman", ("--steps", "60"), r"log-likelihood (-?[\d.]+)", -408.6, -408.2, "kalman.png"),
    Trained("31_characters", ("--epochs", "1", "--characters", "60000"), r"held out ([\d.]+)", 2.5, 4),
    Trained("32_stacked_autoencoders", ("--epochs", "20"), r"begun pretrained, .*: ([\d.]+)%", 79, 90),
    Trained("34_transformer", ("--steps", "60"), r"all ([\d.]+)%", 25, 100, "attention.png"),
    Trained("35_gan", ("--epochs", "60"), r"new digits (\S+) from drawn", 1.5, 2.3, "gan.png"),
    Trained("36_vae", ("--epochs", "20"), r"of new digits (-\S+)", -23.5, -21.5, "vae.png"),
    Trained("39_lenet", ("--epochs", "2", "--training", "700"), r"new digits ([\d.]+)%", 70, 100, "lenet.png"),
    Trained(
        "40_softmax_regression",
        ("--epochs", "5", "--iterations", "30"),
        r"L-BFGS-B .*accuracy ([\d.]+)%",
        95,
        99,
        "softmax_regression.png",
    ),
    Trained("41_mlp", ("--epochs", "15"), r"accuracy ([\d.]+)%", 94, 99.5, "mlp.png"),
    Trained("42_autoencoders", ("--epochs", "20"), r"contracting, .*error (\S+)", 18, 23, "autoencoders.png"),
    Trained("44_factorisation", (), r"missing pixels ([\d.]+)", 0.02, 0.025, "factorisation.png"),
    Trained("43_dbn", ("--epochs", "20", "--finetuning", "100"), r"with 50 labels: ([\d.]+)%", 77, 87),
    Trained("45_rbm", ("--epochs", "30"), r"new digits (\S+)", -21, -18, "rbm.png"),
    Trained("46_elman_tagger", ("--epochs", "1", "--modules", "25"), r"network: ([\d.]+)%", 70, 97),
    Trained(
        "47_word_vectors", ("--epochs", "1", "--sentences", "6000"), r"held out (-[\d.]+)", -3.9, -2.5, "words.png"
    ),
    Trained("48_rnn_rbm", ("--epochs", "12"), r"picture held out (-[\d.]+)", -18, -14.5, "digits.png"),
    Trained("49_clusters", (), r"log-likelihood (-?[\d.]+)", -180.19, -180.18, "clusters.png"),
    Trained("52_lstm_lines", ("--epochs", "2", "--lines", "800"), r"([\d.]+)% of the lines", 65, 98),
    Trained("53_batch_norm_digits", ("--epochs", "15"), r"both .* ([\d.]+)%", 85, 98, "batch_norm.png"),
)
