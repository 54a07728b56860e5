#!/bin/sh
# Runs the runtime's own tests where sanitizers notice what native code must not do: memory, undefined behaviour, races.
# Ends with an error at the first report.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

memory="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g1"
races="-fsanitize=thread -g1"
ASAN_OPTIONS=detect_leaks=0:abort_on_error=0
UBSAN_OPTIONS=print_stacktrace=1
TSAN_OPTIONS=halt_on_error=1:exitcode=66:die_after_fork=0
export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS

native() { # NAME FLAGS TESTS SOURCES: the runtime's own tests
    mkdir "$work/$1"
    for source in $4; do echo "runtime/source/$source.cpp"; done >"$work/$1/sources"
    for test in $3; do echo "runtime/tests/$test.cpp"; done >>"$work/$1/sources"
    xargs -P 2 -I SOURCE sh -c '
        ${CXX:-g++} -std=c++20 -march=native -O1 -fPIC -fno-math-errno -fno-trapping-math -ffp-contract=off '"$2"' \
            -Iruntime/include -c SOURCE -o "'"$work/$1"'/$(basename SOURCE .cpp).o"' <"$work/$1/sources"
    for test in $3; do
        runtime=$(ls "$work/$1"/*.o | grep -v _test)
        ${CXX:-g++} $2 "$work/$1/$test.o" $runtime -pthread -o "$work/$1/$test"
        "$work/$1/$test"
        count=$((count + 1))
    done
}

count=0
echo "== the runtime, memory and undefined behaviour"
native memory "$memory" "gemm_test pool_test cpus_test" "caches cpus gemm nests pool products random reductions"
echo "== the runtime, races"
native races "$races" "pool_test" "cpus pool"
echo "$count programs of the runtime without a report"
