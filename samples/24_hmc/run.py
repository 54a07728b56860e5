"""Hamiltonian Monte Carlo: draws from a known density, and of the weights of a classifier of tumours.

The second part draws from the posterior of a logistic regression, on four measures of breast tumours and a constant,
and compares it with the Laplace approximation.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    import matplotlib.pyplot as plt
    from sklearn.datasets import load_breast_cancer
except ImportError:
    sys.exit("this sample needs scikit-learn and matplotlib: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--steps", type=int, default=500, help="of each chain after it has warmed up (500)")
given = parser.parse_args()

hmc, logistic = (tdsl.compile(Path(__file__).with_name(name)) for name in ("hmc.tdsl", "logistic.tdsl"))


def drawn(model, *data):
    """Draws [step, chain, element] once the chains have warmed up, and the rate of accepted proposals."""
    for _ in range(200):
        model.sample(*data, adapt=0.2)
    draws, rates = zip(*(model.sample(*data) for _ in range(given.steps)), strict=True)
    return np.array(draws), np.mean(rates)


model = hmc.Model(seed=0)
draws, rate = drawn(model)
print(f"normal values: accepted {rate:.2f}, steps of {model.eps:.2f}")
for place, variance in enumerate(draws.var(axis=(0, 1)), 1):
    print(f"variance {place:2}: {variance:.3f}, true {1 / place:.3f}")

cancer = load_breast_cancer()
order = np.random.default_rng(0).permutation(len(cancer.data))
columns = ["mean radius", "mean texture", "mean smoothness", "mean concavity"]
x, t = cancer.data[order][:, [list(cancer.feature_names).index(name) for name in columns]], cancer.target[order]
x = (x - x[:400].mean(axis=0)) / x[:400].std(axis=0)
x = np.column_stack([x, np.ones(len(x))])
training, test = (x[:400], t[:400]), (x[400:], t[400:])

model = logistic.Model(seed=0)
draws, rate = drawn(model, *training)
print(f"posterior: accepted {rate:.2f}, steps of {model.eps:.2f}")
mode = np.zeros(5)
for _ in range(10):
    mode, deviation = model.newton(*training, mode)
flat = draws.reshape(-1, 5)
# Were draws independent, means of chains would vary as single draws do, divided by the steps.
size = len(flat) / (given.steps * draws.mean(axis=0).var(axis=0) / flat.var(axis=0))
print(f"{len(flat)} draws    mean ± deviation, of Laplace's approximation, effective sample size")
for k, name in enumerate([*columns, "constant"]):
    approximation = f"{mode[k]:6.2f} ± {deviation[k]:.2f}"
    print(f"{name:15} {flat[:, k].mean():6.2f} ± {flat[:, k].std():.2f}   {approximation}   {size[k]:.0f}")
p = model.predict(test[0], flat)
likelihood = np.log(np.where(test[1] == 1, p, 1 - p)).sum()
print(f"test: accuracy {np.mean((p > 0.5) == (test[1] == 1)):.2%}, log-likelihood {likelihood:.1f}")

figure, axes = plt.subplots(1, 5, figsize=(14, 2.8), layout="constrained")
for k, (axis, name) in enumerate(zip(axes, [*columns, "constant"], strict=True)):
    axis.hist(flat[:, k], bins=60, density=True, color="lightsteelblue")
    at = np.linspace(mode[k] - 4 * deviation[k], mode[k] + 4 * deviation[k], 200)
    axis.plot(at, np.exp(-0.5 * ((at - mode[k]) / deviation[k]) ** 2) / deviation[k] / np.sqrt(2 * np.pi))
    axis.set(title=name, yticks=[])
axes[0].legend(["Laplace", "drawn"], fontsize="small")
figure.savefig("hmc.png", dpi=100)
print("weights: hmc.png")
