#!/usr/bin/env bash
# Installs the C libraries that the build links, where they are missing; Debian and its children. Besides, with
#   package   what makes a Debian package
#   tests     that as well, and what the tests need: a compiler for tiny programs, Python for peers that misbehave, systemd to
#             check the units with, lintian for the package, curl, shells to complete commands in, age and
#             ssh-keygen for encrypted shares, openssl to check the log without Warder, a PostgreSQL server to rotate at
#   page      what opens reports in a browser, and reads what it prints
#   clients   a TypeScript compiler for the declarations of the client for Node
set -euo pipefail

packages=(libpq-dev libsodium-dev libsqlite3-dev pkg-config)
case ${1:-} in
    package) packages+=(debhelper) ;;
    clients) packages+=(node-typescript) ;;
    page) packages+=(chromium fonts-dejavu-core poppler-utils python3) ;;
    tests)
        packages+=(
            age bash-completion curl debhelper fish gcc groff-base libc6-dev lintian man-db openssh-client openssl postgresql procps python3 systemd util-linux zsh
        )
        ;;
esac
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
