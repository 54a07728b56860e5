"""Slides "Compute gradients" 1 to 3: by a number, by two numbers, by a matrix; and the cost that is not a number."""

from pathlib import Path

import tdsl

program = Path(__file__).with_name("gradients.tdsl")
gradients = tdsl.compile(program)

print("x²      at -2:", gradients.f(-2))
print("its derivative:", gradients.f_prime(-2))
print("x1 x2 by both, at 2 and 4:", gradients.g_prime(2, 4))
print("sum(A * B) by A:", gradients.D_prime([[1, 2], [3, 4]], [[2, 4], [6, 8]]).tolist())

print("\nC = A * B itself is a matrix, which has no gradient:")
try:
    tdsl.compile(program.read_text() + "\nentry C_prime(A, B) -> grad(C, A)\n", name="refused")
except tdsl.UserError as error:
    print(error)
