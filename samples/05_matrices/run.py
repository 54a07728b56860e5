"""Slide "Examples - matrix": three products, and the error of sizes that do not fit."""

from pathlib import Path

import tdsl

matrices = tdsl.compile(Path(__file__).with_name("matrices.tdsl"))

A = [[1, 2], [3, 4]]
B = [[2, 4], [6, 8]]
C = [[1, 2], [3, 4], [5, 6]]

print("A * B   =", matrices.elementwise(A, B).tolist())
print("C @ B   =", matrices.product(C, B).tolist())
print("A @ C.T =", matrices.transposed_product(A, C).tolist())

print("\nSizes known only to the call are checked by the call:")
try:
    matrices.elementwise(A, C)
except ValueError as error:
    print(error)

print("\nSizes of the program itself are checked before there is a module:")
try:
    tdsl.compile("dim N, M\nentry wrong(a: real[N, M], b: real[N, M]) -> a @ b\n", name="refused")
except tdsl.UserError as error:
    print(error)
