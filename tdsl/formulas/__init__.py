"""Programs as formulas: LaTeX, MathML, and a page with both the program and its derivative."""
