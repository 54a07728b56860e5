#!/bin/sh
# Passes the tests from nothing: makes its own environment, installs their requirements, checks style and types, runs
# all.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
# Started in a shell's background as well: processes of the tests can be interrupted, and none stays.
if [ -z "${TDSL_SUPERVISED:-}" ]; then
    TDSL_SUPERVISED=1 exec "$python" tests/supervised.py sh tests/run.sh "$@"
fi
venv=${TDSL_TEST_VENV:-.venv-test}
if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv "$venv" || {
        echo "tests/run.sh: $python has no working venv module; on Debian: apt install python3-venv" >&2
        exit 2
    }
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -e '.[test,samples]'
PATH="$PWD/$venv/bin:$PATH"
export PATH

echo "== style and types"
ruff check .
ruff format --check .
mypy

echo "== runtime"
mkdir -p build
log=build/runtime.log
cmake -S . -B build/runtime -DCMAKE_BUILD_TYPE=Release >"$log" 2>&1 || { cat "$log"; exit 1; }
cmake --build build/runtime --parallel 2 >>"$log" 2>&1 || { cat "$log"; exit 1; }
ctest --test-dir build/runtime --output-on-failure

sh tests/sanitize.sh --short || [ $? -eq 77 ]

echo "== tests"
exec python -m pytest -q --numprocesses "${TDSL_TEST_JOBS:-auto}" --dist worksteal "$@"
