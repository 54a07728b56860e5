"""Slide "Configuration": in a file, in the environment, in code and on the command line; each wins over those before.

Theano's floatX is the setting `float`.  `tdsl config` shows the settings in force and their origins.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tdsl

program = Path(__file__).with_name("width.tdsl")


def config(folder: Path, *arguments: str, flags: str = "") -> str:
    """The value and origin of `float` that `tdsl config` reports in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "tdsl", "config", "--json", *arguments],
        cwd=folder,
        env={**os.environ, "TDSL_FLAGS": flags},
        stdout=subprocess.PIPE,
        check=True,
    )
    told = json.loads(done.stdout)["float"]
    return f"{told['value']}  from {Path(told['origin']).name}"


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    print("nothing said:            ", config(folder))
    (folder / ".tdslrc").write_text("float = 64\n")
    print(".tdslrc:                 ", config(folder))
    print("and TDSL_FLAGS=float=32: ", config(folder, flags="float=32"))
    print("and --float 64:          ", config(folder, "--float", "64", flags="float=32"))

    print()
    copied = Path(shutil.copy(program, folder))
    print("compiled beside .tdslrc: ", tdsl.compile(copied).third())
    with tdsl.config.override(float=32):
        print("and tdsl.config.float=32:", tdsl.compile(copied).third())
        print("and a keyword, float=64: ", tdsl.compile(copied, float=64).third())

print()
try:
    tdsl.config.flaot = 64
except tdsl.UserError as error:
    print(error)
