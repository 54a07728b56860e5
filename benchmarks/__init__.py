"""Measures compiled modules beside their peers, interleaved in one run; `README.md` tells how."""
