#!/usr/bin/env bash
# Builds the benchmark programs and measures the release build of the daemon; arguments go to warder-bench.
# WARDERD names another daemon.
set -euo pipefail
cd "$(dirname "$0")"

# The floor must be made of the SwiftNIO that the daemon is made of, so the vault's own pins hold here as well.
[ Package.resolved -nt ../Package.resolved ] || cp ../Package.resolved Package.resolved
swift build -c release
for meter in client-meter log-meter; do
    (cd .. && WARDER_BENCHMARKS=1 swift build -c release --product "$meter")
done

mkdir -p ../.build
exec .build/release/warder-bench --warderd "${WARDERD:-../.build/release/warderd}" --disk ../.build \
    --meters ../.build/release --output ../.build/bench.json "$@"
