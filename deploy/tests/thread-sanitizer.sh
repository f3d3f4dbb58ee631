#!/usr/bin/env bash
# Runs the test of many clients at once on a daemon that the thread sanitizer watches. Expects the tests to be built.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=.build-thread
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A watcher that sees nothing proves nothing: this race it must find.
cat > "$scratch/race.swift" <<'SWIFT'
import Foundation

nonisolated(unsafe) var count = 0
let threads = (0..<2).map { _ in Thread { for _ in 0..<100_000 { count += 1 } } }
for thread in threads { thread.start() }
while !threads.allSatisfy(\.isFinished) { usleep(1000) }
SWIFT
swiftc -sanitize=thread "$scratch/race.swift" -o "$scratch/race"
# On a busy machine the first thread may be through before the second begins: then there is none.
for try in {1..20}; do
    if ! TSAN_OPTIONS="exitcode=66 log_path=$scratch/report" "$scratch/race" && grep -qs 'data race' "$scratch"/report.*; then
        break
    fi
    if [ "$try" = 20 ]; then
        echo 'thread sanitizer: it does not find a race that is there' >&2
        exit 1
    fi
done

swift build --sanitize=thread --scratch-path "$folder" --product warderd
WARDER_PROGRAMS="$PWD/$folder/debug" swift test --skip-build --filter IntegrationTests.ConcurrencyTests
