#!/bin/sh
# On a machine with an NVIDIA GPU, within eight minutes: the tests of the CUDA target on the card, a selection of them
# under compute-sanitizer, and the rows of the GPU table, which --readme puts into README.md.
#
# $PYTHON (python3) has the peers, PyTorch and JAX; tdsl is installed beside them in an environment of its own, which
# sees their packages.  pip's variables, such as PIP_FIND_LINKS, tell where the packages that are missing come from.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
venv=${TDSL_BENCHMARKS_VENV:-$root/build/benchmarks/gpu-venv}
cd "$root" || exit 2
if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv --system-site-packages "$venv" || exit 2
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[cuda]' pytest || exit 2
PATH="$venv/bin:$PATH"
export PATH
log=$root/build/benchmarks
mkdir -p "$log"
status=0

echo "== the card"
tdsl doctor

echo "== tests on the card"
timeout 150 python -m pytest -q tests/cuda --gpu || status=1

echo "== compute-sanitizer"
if command -v compute-sanitizer >/dev/null; then
    for tool in memcheck racecheck; do
        timeout 60 compute-sanitizer --tool "$tool" --error-exitcode 3 \
            python -m pytest -q -x tests/cuda --gpu -m sanitized >"$log/$tool.txt" 2>&1 || status=1
        tail -n 3 "$log/$tool.txt"
    done
else
    echo "gpu.sh: compute-sanitizer is not installed"
fi

echo "== rows"
timeout 240 python -m benchmarks --device cuda --rounds 3 --output "$log/gpu" "$@" || status=1
exit "$status"
