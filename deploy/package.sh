#!/usr/bin/env bash
# Makes a Debian package of programs that are built already.
#
#   deploy/package.sh [FOLDER-OF-THE-PROGRAMS]      .build/release by default
#
# The package comes to lie in .build/deb, and its path is printed. Environment:
#   DEBFULLNAME, DEBEMAIL   who makes it, as for Debian's own tools
#   SOURCE_DATE_EPOCH       time of everything in it; that of the last commit by default
#   TOOLCHAIN               `here`: a package for this machine alone, with programs that need its Swift toolchain; quick, for tests
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."

SOURCE=$PWD
BUILD=$(cd "${1:-.build/release}" && pwd)
export SOURCE BUILD
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || date +%s)}
export SOURCE_DATE_EPOCH
out=$PWD/.build/deb
stage=$out/stage

version=$("$BUILD/warder" --version)
version=${version#warder }
export SHLIBDEPS='' COMPRESSION=''
if [ "${TOOLCHAIN:-}" = here ]; then
    version=$version~here
    # Those of the toolchain belong to no package.
    SHLIBDEPS=--ignore-missing-info
    COMPRESSION='-Zgzip -z1'
fi
maintainer="${DEBFULLNAME:-Warder maintainers} <${DEBEMAIL:-warder@localhost}>"

# What the programs contain of others, with the terms it comes under.
terms() {
    local name=$1 folder=$2 file
    printf '\n\n== %s ==\n' "$name"
    # In the order of their names; the parser within swift-nio has terms of its own.
    find "$folder" \( -iname 'LICENSE*' -o -iname 'NOTICE*' \) -type f -not -path '*/Tests/*' | LC_ALL=C sort |
        while read -r file; do
            printf '\n%s:\n\n' "${file#"$folder"/}"
            if grep -q 'Apache License' "$file" && grep -q 'Version 2.0, January 2004' "$file"; then
                echo 'Apache License, Version 2.0: /usr/share/common-licenses/Apache-2.0'
                # Swift's exception, which follows the license.
                sed -n '/Runtime Library Exception/,$p' "$file"
            else
                cat "$file"
            fi
        done
}

copyright() {
    echo 'Warder, an encrypted credentials vault for MCP servers.'
    echo
    if [ -f LICENSE ]; then cat LICENSE; else
        echo 'Copyright belongs to the authors of Warder. The sources state no license.'
    fi
    printf '\nThe programs contain the following, each under its own terms.'
    local folder toolchain
    for folder in .build/checkouts/*/; do
        folder=${folder%/}
        terms "${folder##*/}" "$folder"
    done
    toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")/share/swift
    [ ! -d "$toolchain" ] || terms 'the Swift standard library, Dispatch and Foundation' "$toolchain"
    printf '\n\nFoundation contains ICU, under the Unicode License: https://www.unicode.org/license.txt\n'
}

rm -rf "$stage"
mkdir -p "$stage"
cp -R deploy/debian "$stage/debian"
sed -i "s|@MAINTAINER@|$maintainer|" "$stage/debian/control"
copyright > "$stage/debian/copyright"
cat > "$stage/debian/changelog" << TEXT
warder ($version-1) unstable; urgency=medium

  * Version $version. See /usr/share/doc/warder/docs/operations/upgrading.md.

 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
TEXT

cd "$stage"
if ! DEB_RULES_REQUIRES_ROOT=no debian/rules binary > "$out/log" 2>&1; then
    cat "$out/log" >&2
    exit 1
fi
package=$out/warder_$version-1_$(dpkg --print-architecture).deb
rm -rf "$stage"
echo "$package"
