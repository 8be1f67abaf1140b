#!/usr/bin/env bash
# Long runs of the fuzz targets (tests/Net/Http/Fuzzing/README.md): seeded mutations, the comparison with Kestrel and, where
# Debian's afl++ and the sharpfuzz tool can be had, inputs that coverage finds.
#   scripts/fuzz.sh [--minutes N] [--seed S] [--target NAME]...
#   scripts/fuzz.sh --replay FILE --target NAME
# The minutes are those of the whole run. What fails is kept in out/fuzz, and the exit code is one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/machine.sh

minutes=10 seed=$(date +%Y%m%d) replay='' targets=()
while [[ $# -gt 0 ]]; do
    [[ $# -ge 2 ]] || die "usage: scripts/fuzz.sh [--minutes N] [--seed S] [--target NAME]... [--replay FILE]"
    case $1 in
        --minutes) minutes=$2 ;;
        --seed) seed=$2 ;;
        --target) targets+=("$2") ;;
        --replay) replay=$2 ;;
        *) die "usage: scripts/fuzz.sh [--minutes N] [--seed S] [--target NAME]... [--replay FILE]" ;;
    esac
    shift 2
done
[[ $minutes =~ ^[0-9]+$ && $minutes -gt 0 ]] || die "--minutes is a number above zero"
[[ $seed =~ ^[0-9]+$ ]] || die "--seed is a number"

need_sdk
step "Build"
dotnet build tests/Net -c Release -v q -nologo -clp:ErrorsOnly
built=tests/Net/bin/Release/net10.0
program=FastCore.Net.Tests.dll
fuzz() { dotnet exec "$built/$program" fuzz "$@"; }

if [[ -n $replay ]]; then
    [[ ${#targets[@]} == 1 ]] || die "--replay needs one --target"
    fuzz replay "${targets[0]}" "$replay"
    say "it holds"
    exit 0
fi
if [[ ${#targets[@]} == 0 ]]; then
    mapfile -t targets < <(fuzz names)
    targets+=(differential)
fi

out=$PWD/out/fuzz
mkdir -p "$out"
command -v afl-fuzz >/dev/null || install afl++ || say "afl++ can't be installed here: seeded mutations alone"
sharpfuzz=$out/tool/sharpfuzz
if command -v afl-fuzz >/dev/null && [[ ! -x $sharpfuzz ]]; then
    dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$out/tool" >/dev/null || say "the sharpfuzz tool can't be installed here: seeded mutations alone"
fi
coverage=false
if command -v afl-fuzz >/dev/null && [[ -x $sharpfuzz ]]; then
    coverage=true
    # The copy alone is instrumented: the tests go on with the library as it is built.
    step "Instrumenting a copy of FastCore.Net.dll"
    rm -rf "$out/instrumented"
    cp -r "$built" "$out/instrumented"
    "$sharpfuzz" "$out/instrumented/FastCore.Net.dll" FastCore.Net.Http
fi

parts=${#targets[@]}
if $coverage; then
    for target in "${targets[@]}"; do [[ $target == differential ]] || parts=$((parts + 1)); done
fi
seconds=$((minutes * 60 / parts))
[[ $seconds -ge 5 ]] || seconds=5
status=0

for target in "${targets[@]}"; do
    step "Mutations: $target, $seconds s from seed $seed"
    # The present input is in the file when a closed page was touched, and the process has ended.
    if fuzz run "$target" "$(awk "BEGIN { print $seconds / 60 }")" "$seed" "$out/$target.input"; then
        rm -f "$out/$target.input"
    else
        say "the input is in $out/$target.input"
        status=1
    fi
    [[ $coverage == true && $target != differential ]] || continue

    step "Coverage: $target, $seconds s"
    rm -rf "$out/$target"
    mkdir -p "$out/$target"
    fuzz seeds "$target" "$out/$target/seeds"
    fuzz dictionary "$out/$target/dictionary"
    # Neither core patterns nor the governor are this script's to change; the runtime reserves more address space than the
    # default limit, and starts slowly. No tiering: the map of edges stays the same from one input to the next.
    AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
        DOTNET_TieredPGO=0 \
        timeout --foreground --signal INT $((seconds + 60)) \
        afl-fuzz -V "$seconds" -t 10000 -m none -x "$out/$target/dictionary" -i "$out/$target/seeds" -o "$out/$target/found" \
        dotnet exec "$out/instrumented/$program" fuzz afl "$target" >"$out/$target/afl.log" 2>&1 ||
        { say "afl-fuzz ended with $?; its log is $out/$target/afl.log"; status=1; }
    stats=$out/$target/found/default/fuzzer_stats
    if [[ -f $stats ]]; then
        sed -n 's/^\(execs_done\|execs_per_sec\|corpus_count\|corpus_found\|edges_found\|stability\|saved_crashes\|saved_hangs\) *: */\1 /p' "$stats" |
            while read -r name value; do say "$name $value"; done
        if grep -q '^saved_crashes *: *[1-9]\|^saved_hangs *: *[1-9]' "$stats"; then
            say "crashes and hangs are in $out/$target/found/default"
            status=1
        fi
    fi
done
exit "$status"
