#!/bin/sh
# On a machine with an NVIDIA GPU, within eight minutes: the tests of the CUDA target on the card, a selection of them
# under compute-sanitizer, and the rows of the GPU table, which --readme puts into README.md.  A part that fails, or
# takes longer than its time, leaves the others theirs; the status is 1 then.
#
# $PYTHON (python3) has the peers, PyTorch and JAX; tdsl is installed beside them in an environment of its own, which
# sees their packages.  pip's variables, such as PIP_FIND_LINKS, tell where the packages that are missing come from.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
venv=${TDSL_BENCHMARKS_VENV:-$root/build/benchmarks/gpu-venv}
cd "$root" || exit 2
began=$(date +%s)

"$python" - <<'END' || exit 2
import ctypes
try:
    driver = ctypes.CDLL("libcuda.so.1")
except OSError:
    raise SystemExit("gpu.sh: there is no GPU here: NVIDIA's driver (libcuda.so.1) is not installed")
count = ctypes.c_int()
status = driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count))
if status or not count.value:
    raise SystemExit(f"gpu.sh: there is no GPU here: NVIDIA's driver offers none (status {status})")
END

if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv --system-site-packages "$venv" || {
        echo "gpu.sh: $python has no working venv module; on Debian: apt install python3-venv" >&2
        exit 2
    }
fi
packages=$(echo "$venv"/lib/python3*/site-packages)
# Those of $PYTHON's own environment, if it is one.
"$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$packages/peers.pth"
pip() {
    timeout -k 5 60 "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile "$@"
}
pip 'setuptools>=77' pytest pytest-xdist mpmath && pip --no-build-isolation -e '.[cuda]' || {
    echo "gpu.sh: the packages that pip names are missing" >&2
    exit 2
}
command -v compute-sanitizer >/dev/null || pip --retries 0 'nvidia-cuda-sanitizer-api==13.0.*' 2>/dev/null
PATH="$venv/bin:$PATH:$packages/nvidia/cu13/bin"
TDSL_TEST_CACHE=$root/build/benchmarks/gpu-tests
export PATH TDSL_TEST_CACHE
log=$root/build/benchmarks/gpu
mkdir -p "$log"
status=0
part() {
    seconds=$1
    shift
    timeout -k 5 "$seconds" "$@"
    result=$?
    [ $result -eq 124 ] && echo "gpu.sh: stopped after $seconds s"
    [ $result -eq 0 ] || status=1
}

echo "== the card"
tdsl doctor

echo "== tests on the card"
part 120 python -m pytest -q -n auto --dist worksteal --maxfail 20 tests/cuda --gpu

echo "== compute-sanitizer"
if command -v compute-sanitizer >/dev/null; then
    for tool in memcheck racecheck; do
        part 45 compute-sanitizer --tool "$tool" --target-processes application-only --error-exitcode 3 \
            python -m pytest -q -x tests/cuda --gpu -m sanitized >"$log/$tool.txt" 2>&1
        tail -n 6 "$log/$tool.txt"
    done
else
    echo "gpu.sh: compute-sanitizer is not installed: pip install 'nvidia-cuda-sanitizer-api==13.0.*'"
fi

echo "== rows"
left=$((470 - $(date +%s) + began))
part "$left" python -m benchmarks --device cuda --rounds 3 --within $((left - 40)) --output "$log" "$@"
exit "$status"
