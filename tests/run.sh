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
# Packages are compiled when they are imported: most of their modules never are.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile -e '.[test,samples]'
PATH="$PWD/$venv/bin:$PATH"
export PATH

mkdir -p build
log=build/native.log
native() {
    cmake -S . -B build/runtime -DCMAKE_BUILD_TYPE=Release &&
        cmake --build build/runtime --parallel 2 &&
        ctest --test-dir build/runtime --output-on-failure &&
        { sh tests/sanitize.sh --short || [ $? -eq 77 ]; }
}

# Beside the others, so that no core is idle while one of them has nothing to do in parallel.
native >"$log" 2>&1 &
native=$!

echo "== style and types"
ruff check .
ruff format --check .
mypy

echo "== tests"
status=0
python -m pytest -q --numprocesses "${TDSL_TEST_JOBS:-auto}" --dist worksteal "$@" || status=$?

echo "== runtime and sanitizers"
if wait "$native"; then
    grep -E "tests passed|programs of the runtime|calls of|sanitize.sh:|^[0-9]+ passed" "$log"
else
    cat "$log"
    status=1
fi
exit "$status"
