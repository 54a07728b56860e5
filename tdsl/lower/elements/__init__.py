"""Element rules: the dependence of an op's element on elements of its operands."""
