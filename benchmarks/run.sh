#!/bin/sh
# Measures everything from nothing: makes an environment with tdsl and its peers, runs every row, writes the tables.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
venv=${TDSL_BENCHMARKS_VENV:-$root/build/benchmarks/venv}
if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv "$venv" || {
        echo "run.sh: $python has no working venv module; on Debian: apt install python3-venv" >&2
        exit 2
    }
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -e "$root" -r "$root/benchmarks/peers.txt"
cd "$root"
exec "$venv/bin/python" -m benchmarks "$@"
