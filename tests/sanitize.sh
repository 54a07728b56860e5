#!/bin/sh
# Runs native code under sanitizers: memory and undefined behaviour in the runtime's own tests,
# in every op and in whole modules, and races in concurrent calls.  Ends with an error at the first report.
#
# tests/sanitize.sh [--short]   --short: the quicker tests of the runtime, and every op.  77: there are no sanitizers.
set -eu
cd "$(dirname "$0")/.."
export CXX="${CXX:-g++}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

library() { "$CXX" -print-file-name="lib$1.so"; }
for name in asan ubsan tsan; do
    [ -e "$(library $name)" ] || { echo "sanitize.sh: $CXX has no lib$name" >&2; exit 77; }
done

meaning="$(python -c 'from tdsl.build.flags import MEANING; print(*MEANING)')"
flags() { python -c 'import sys; from tdsl.build.sanitizers import flags; print(*flags(sys.argv[1:]))' "$@"; }
memory="$(flags address undefined) -O1"
races="$(flags thread) -O1"
export UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1:exitcode=66:die_after_fork=0

native() { # NAME FLAGS TESTS SOURCES: the runtime's own tests
    mkdir "$work/$1"
    for source in $4; do echo "runtime/source/$source.cpp"; done >"$work/$1/sources"
    for test in $3; do echo "runtime/tests/$test.cpp"; done >>"$work/$1/sources"
    xargs -P 2 -I SOURCE sh -c '
        "$CXX" -std=c++20 -march=native -fPIC '"$meaning $2"' \
            -Iruntime/include -c SOURCE -o "'"$work/$1"'/$(basename SOURCE .cpp).o"' <"$work/$1/sources"
    for test in $3; do
        runtime=$(ls "$work/$1"/*.o | grep -v _test)
        # shellcheck disable=SC2086
        "$CXX" $2 "$work/$1/$test.o" $runtime -pthread -o "$work/$1/$test"
        "$work/$1/$test"
        count=$((count + 1))
    done
}

# Compilers that tests start are not watched.
printf '#!/usr/bin/env -S -u LD_PRELOAD sh\nexec "%s" "$@"\n' "$CXX" >"$work/compiler"
chmod +x "$work/compiler"

memory_tests() { CXX="$work/compiler" python -m tests.sanitized address,undefined "$@"; }

race_tests() { CXX="$work/compiler" python -m tests.sanitized thread "$@"; }

# Products of all forms take longer than all others together.
products="gemm_test sorting_test" sources=$(basename -s .cpp runtime/source/*.cpp | grep -vE "^(bind_|library_|module_init$)")
[ "${1:-}" != --short ] || { products="" sources="cpus pool"; }

count=0
echo "== the runtime, memory and undefined behaviour"
native memory "$memory" "pool_test cpus_test $products" "$sources"
echo "== the runtime, races"
native races "$races" "pool_test" "cpus pool"
echo "$count programs of the runtime without a report"

echo "== every op at the edges, memory and undefined behaviour"
memory_tests tests/lower/test_ops.py -k outside_is_touched
[ "${1:-}" = --short ] && exit 0

echo "== whole modules, memory and undefined behaviour"
memory_tests -k "not numpy" tests/modules/test_every_op.py tests/modules/test_wild_inputs.py \
    tests/modules/test_arrays.py tests/modules/test_in_place.py tests/modules/test_errors.py tests/modules/test_origins.py
echo "== the host's part of calls on devices, memory and undefined behaviour"
memory_tests tests/cuda/test_host_arrays.py tests/cuda/test_host_calls.py tests/cuda/test_host_failures.py \
    tests/cuda/test_host_fit.py tests/cuda/test_host_nests.py tests/cuda/test_host_results.py tests/cuda/test_cublas.py \
    tests/cuda/test_debug_mode.py
echo "== concurrent calls, races"
# A thread of the sanitizer's own is in every process: the tests that count threads are left out.
race_tests -k "not numpy and not setting_of_threads and not have_one_pool" \
    tests/modules/test_threads.py tests/modules/test_whole_calls.py tests/modules/test_wild_inputs.py
echo "no report"
