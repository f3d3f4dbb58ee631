#!/usr/bin/env bash
# What must not be in the sources: escapes from the compiler's checks without a reason, leftovers, files that do not belong in git.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0

complain() {
    printf '%s\n%s\n' "$1" "$2" >&2
    failed=1
}

# Escapes are allowed in the files named here, each of which says why beside the line.
allowed='^Sources/(Locking/Locked|SecretMemory/SecretBytes|SecretMemory/Arena/SecretArena)\.swift:'
found=$(git grep -nE '(try!|as! |fatalError\(|@unchecked Sendable|nonisolated\(unsafe\)|Task\.detached|\bTask \{)' -- 'Sources/*.swift' |
    grep -vE "$allowed" || true)
[ -z "$found" ] || complain 'Escapes from the compiler (allow a file here only with a reason beside the line):' "$found"

found=$(git grep -nE '(TODO|FIXME|\bXXX\b|not implemented)' -- Sources Tests Examples deploy Benchmarks clients ':!deploy/tests/check-sources.sh' || true)
[ -z "$found" ] || complain 'Left undone:' "$found"

found=$(git ls-files | grep -E '(^|/)(\.build|\.build-[^/]*|Package\.resolved)(/|$)' || true)
[ -z "$found" ] || complain 'Does not belong in git:' "$found"

# A secret never comes by argument or environment, so no option may be called like one.
found=$(git grep -nE 'var (passphrase|password|secret|value|token)[A-Za-z]*: String' -- 'Sources/WarderCommands/Commands/*.swift' |
    grep -E '@(Option|Argument)' || true)
[ -z "$found" ] || complain 'An option that looks like it takes a secret:' "$found"

exit $failed
