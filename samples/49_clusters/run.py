"""Fisher's irises without their names: k-means, and from its clusters a mixture of Gaussians."""

import argparse
import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    import matplotlib.pyplot as plt
    from sklearn.datasets import load_iris
except ImportError:
    sys.exit("this sample needs scikit-learn and matplotlib: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=60, help="of EM (60)")
parser.add_argument("--seed", type=int, default=0, help="of the flowers that k-means begins with (0)")
given = parser.parse_args()

clusters = tdsl.compile(Path(__file__).with_name("clusters.tdsl"), float=64)
iris = load_iris()
x, species = iris.data, iris.target

model = clusters.Model()
model.centres = x[np.random.default_rng(given.seed).choice(len(x), len(model.centres), replace=False)]
steps, distance, before = 0, model.move(x), np.inf
while distance < before:
    steps, before, distance = steps + 1, distance, model.move(x)
by_distance = model.clusters(x)
print(f"k-means, {steps} steps: squared distances {distance:.4f}")

model.begin(x)
for step in range(given.steps):
    likelihood = model.step(x)
    if step in (0, given.steps - 1):
        print(f"EM, step {step:2}: log-likelihood {len(x) * likelihood:.4f}")
by_density = model.responsibilities(x).argmax(axis=1)


def right(found):
    """The share of flowers whose cluster is mostly of their species."""
    return np.mean([np.bincount(species[found == found[i]]).argmax() == species[i] for i in range(len(x))])


print(f"of their cluster's species: {right(by_distance):.1%} by k-means, {right(by_density):.1%} by the mixture")

figure, axes = plt.subplots(1, 3, figsize=(12, 4), sharey=True, layout="constrained")
axes[0].set_ylabel(iris.feature_names[3])
colours = "tab:blue", "tab:orange", "tab:green"
for axis, title, found in zip(
    axes, ("species", "k-means", "mixture of Gaussians"), (species, by_distance, by_density), strict=True
):
    axis.set(title=title, xlabel=iris.feature_names[2])
    for cluster in np.unique(found):
        # A cluster has the colour of its most frequent species.
        colour = colours[np.bincount(species[found == cluster]).argmax()]
        axis.scatter(*x[found == cluster, 2:].T, color=colour, s=14)
        if found is by_density:
            angle = np.linspace(0, 2 * np.pi, 100)
            turned = np.linalg.cholesky(model.covariances[cluster, 2:, 2:]) @ [np.cos(angle), np.sin(angle)]
            for radius in 1, 2:
                axis.plot(*(model.means[cluster, 2:, None] + radius * turned), color=colour, linewidth=1)
axes[1].scatter(*model.centres[:, 2:].T, color="black", marker="x")
figure.savefig("clusters.png", dpi=100)
print("species, clusters and components: clusters.png")
