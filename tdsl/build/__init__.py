"""The only package that starts a process or writes a file: toolchain, cache, native build, installation."""
