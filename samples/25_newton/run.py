"""Newton's method: nine steps to the best classifier of breast tumours, by 30 measures of a picture of their cells."""

import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    from sklearn.datasets import load_breast_cancer
except ImportError:
    sys.exit("this sample needs scikit-learn: pip install 'tdsl[samples]'")

newton = tdsl.compile(Path(__file__).with_name("newton.tdsl"), float=64)

cancer = load_breast_cancer()
order = np.random.default_rng(0).permutation(len(cancer.data))
x, t = cancer.data[order], cancer.target[order]
x = (x - x[:400].mean(axis=0)) / x[:400].std(axis=0)
training, test = (x[:400], t[:400]), (x[400:], t[400:])

model = newton.Model()
for step in range(10):
    cost, slope = model.train(*training)
    length = f"{slope:.0e}" if slope > 1e-9 else "below 1e-09"
    print(f"step {step}: cost {cost:.6f}, gradient {length}")
for name, data in ("training", training), ("test", test):
    accuracy, likelihood = model.evaluate(*data)
    print(f"{name}: accuracy {accuracy:.2%}, log-likelihood {likelihood:.4f}")
