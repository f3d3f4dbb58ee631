#!/usr/bin/env bash
# Makes manual pages and completion scripts out of built programs, into the folder `generated` beside them.
#
#   deploy/generate.sh [FOLDER-OF-THE-PROGRAMS]     .build/release by default
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."

build=${1:-.build/release}
into=$build/generated
mkdir -p "$into"

# Each under its name only when it is whole: `make release` that broke off leaves no half a page behind.
put() { mv "$into/.new" "$into/$1"; }

"$build/warder" --experimental-dump-help | "$build/warder-manuals" program --chapter 1 > "$into/.new"
put warder.1
"$build/warderd" --experimental-dump-help | "$build/warder-manuals" program --chapter 8 > "$into/.new"
put warderd.8
"$build/warder-worker" --experimental-dump-help | "$build/warder-manuals" program --chapter 8 > "$into/.new"
put warder-worker.8
"$build/warder-manuals" configuration > "$into/.new"
put warder.yaml.5
for shell in bash zsh fish; do
    # Shells read these; nobody executes them.
    "$build/warder" completion "$shell" | sed '1{/^#!/d}' > "$into/.new"
    put "completion.$shell"
done
