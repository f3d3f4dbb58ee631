#!/usr/bin/env bash
# Has a TypeScript compiler read the declarations, as in a program that has the library installed: every name, the examples of the README,
# and handlers of both versions of the official SDK. With the browser's types, with Node's, and with neither. The SDK itself is not here: its
# shapes in sdk-1.d.ts and sdk-2.d.ts are written down by hand from its sources, and are no packages, so a change in the SDK is not noticed.
#
# usage: check.sh DIRECTORY   (to work in; what is there goes)
set -euo pipefail
work=${1:?usage: check.sh DIRECTORY}
cd "$(dirname "$0")"

command -v tsc >/dev/null || { echo 'no TypeScript compiler: apt-get install node-typescript' >&2; exit 1; }
rm -rf "$work"
mkdir -p "$work/node_modules/warder-client" "$work/node_modules/@types"
cp ./*.ts ./*.json "$work"
cp -r ../../package.json ../../src "$work/node_modules/warder-client"
echo '{ "type": "module" }' > "$work/package.json"

# Node's declarations are in Debian's package of Node, which is not the one that is installed where Node is newer.
declarations=/usr/share/nodejs/@types/node
if [ ! -e "$declarations" ]; then
    package=$(apt-cache showpkg node-types-node 2>/dev/null | awk '/^Reverse Provides/ { found = 1; next } found { print $1 "=" $2; exit }' || true)
    (cd "$work" && apt-get download -qq "${package:-node-types-node}" 2>/dev/null && dpkg-deb -x ./*.deb debian) || {
        echo 'no declarations of Node (@types/node): they are in Debian'"'"'s nodejs, which apt-get finds after apt-get update' >&2
        exit 1
    }
    declarations=$work/debian$declarations
fi
cp -r "$declarations" "$work/node_modules/@types/node"

# The README's examples, one file each.
awk -v to="$work" '/^```js$/ { inside = 1; count += 1; next } /^```$/ { inside = 0 } inside { print > (to "/readme-" count ".ts") }' ../../README.md
[ -e "$work/readme-2.ts" ] && [ ! -e "$work/readme-3.ts" ] || { echo "the README's examples are not two: tsconfig.json names each" >&2; exit 1; }

for name in $(sed -nE 's/^export (declare )?(class|const|function|interface|type) (\w+).*/\3/p' ../../src/*.d.ts); do
    grep -qw "$name" uses.ts || { echo "uses.ts does not use $name" >&2; exit 1; }
done

for project in tsconfig.json tsconfig.node.json tsconfig.bare.json; do
    tsc --project "$work/$project"
    echo "  ok   $project"
done
