#!/usr/bin/env bash
# Builds the fuzzing harnesses and runs one after the other; stops at the first finding. docs/design/fuzzing.md.
# usage: [SEED=NUMBER] deploy/tests/fuzz.sh [SECONDS_EACH [HARNESS...]]
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
harnesses=("${@:2}")
folder=.build-fuzz
# The last flag for a sanitizer counts for Swift, and the first makes the package manager leave `main` to libFuzzer.
flags=(--scratch-path "$folder" --sanitize fuzzer --sanitize address -Xcc -fsanitize=address,fuzzer-no-link
    -Xswiftc -use-ld=lld --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors)
export WARDER_FUZZING=1
swift build --product warder-fuzz "${flags[@]}"
fuzzer=$(swift build --show-bin-path "${flags[@]}")/warder-fuzz

if [ ${#harnesses[@]} -eq 0 ]; then
    for directory in Tests/Corpora/*/; do harnesses+=("$(basename "$directory")"); done
fi

# Leaks are left to Swift: values that carry bits of their own in a pointer look lost. Its own report of a crash takes
# minutes on a program of this size, and libFuzzer's says as much.
export ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no

log=$(mktemp)
trap 'rm -f "$log"' EXIT
mkdir -p "$folder/findings"
for harness in "${harnesses[@]}"; do
    seeds=("Tests/Corpora/$harness")
    # Vectors that are files of a harness' own format already; those beside the project where they are there.
    case $harness in
        backup) seeds+=(Tests/Vectors/backup-v1) ;;
        json | output) [ ! -d ../shared/data/vectors/json/test_parsing ] || seeds+=(../shared/data/vectors/json/test_parsing) ;;
    esac
    options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -artifact_prefix="$folder/findings/$harness-")
    [ ! -f "Tests/Corpora/$harness.dict" ] || options+=("-dict=Tests/Corpora/$harness.dict")
    [ -z "${SEED:-}" ] || options+=(-seed="$SEED")
    # What a run learned is kept for the next one.
    mkdir -p "$folder/corpus/$harness"
    if ! WARDER_HARNESS=$harness "$fuzzer" "${options[@]}" "$folder/corpus/$harness" "${seeds[@]}" > "$log" 2>&1; then
        cat "$log"
        echo "fuzzing: $harness has a finding, see above; again with:" >&2
        echo "  ASAN_OPTIONS=detect_leaks=0 WARDER_HARNESS=$harness $fuzzer $folder/findings/$harness-..." >&2
        exit 1
    fi
    result=$(grep -a 'DONE' "$log" | tail -1)
    edges=$(sed -E 's/.* cov: ([0-9]+) .*/\1/' <<< "$result")
    # A fuzzer that does not see where its inputs lead finds nothing.
    if [ "${edges:-0}" -lt 100 ]; then
        echo "fuzzing: $harness reaches $edges edges only; the modules were built without coverage" >&2
        exit 1
    fi
    printf '%-14s %s\n' "$harness" "$(grep -a '^Done' "$log"), $edges edges, no finding"
done
