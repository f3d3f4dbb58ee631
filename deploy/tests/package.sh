#!/usr/bin/env bash
# Installs the Debian package in a copy of this machine, uses what it brought, upgrades it, and takes it away again. The copy
# is an overlay in a mount namespace: nothing of it is left.
#
#   deploy/tests/package.sh [FOLDER-OF-THE-PROGRAMS]     .build/debug by default: no release build is needed
#
# Needs root, and what `deploy/install-build-dependencies.sh tests` installs.
set -euo pipefail
cd "$(dirname "$0")/../.."

build=${1:-.build/debug}
deploy/generate.sh "$build"
package=$(TOOLCHAIN=here deploy/package.sh "$build")
echo "package test: $package"

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    # Nothing here may be skipped: a package that nobody installed has shown nothing.
    command -v sudo > /dev/null || { echo 'package test: it needs root' >&2; exit 1; }
    as_root=(sudo)
fi
# The folder of the Swift libraries, in case that it is a mount of its own.
toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")
exec "${as_root[@]}" unshare --mount --propagation private \
    deploy/tests/package-on-a-machine.sh "$package" "$toolchain"
