"""Element rules: how an element of each op is made of elements of its operands, said once."""
