#!/usr/bin/env bash
# Installs the C libraries that the build links, where they are missing; with `tests`, what the tests need besides (a compiler for tiny
# programs, Python for peers that misbehave, systemd to check the units with, age and ssh-keygen for encrypted shares). Debian and its children.
set -euo pipefail

packages=(libsodium-dev libsqlite3-dev pkg-config)
[ "${1:-}" != tests ] || packages+=(age gcc libc6-dev openssh-client procps python3 systemd util-linux)
missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "Missing: ${missing[*]}. Install them as root: apt-get install ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "Installing ${missing[*]} …" >&2
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
