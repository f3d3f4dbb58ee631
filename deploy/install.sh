#!/usr/bin/env bash
# Installs what `make release` has built, and takes it away again. Data and configuration are never touched.
#
#   deploy/install.sh install|uninstall
#
# Environment:
#   PREFIX      where programs, units and documents go; /usr
#   SYSCONFDIR  where the example configuration goes; /etc
#   DESTDIR     put before every path, for packages; empty
#   BUILD       folder of the built programs; .build/release
#
# Both can be run again at any time. Nothing is started, and no user is created: that is printed as the next steps.
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."

PREFIX=${PREFIX:-/usr}
SYSCONFDIR=${SYSCONFDIR:-/etc}
DESTDIR=${DESTDIR:-}
BUILD=${BUILD:-.build/release}
BINDIR=$PREFIX/bin
DOCDIR=$PREFIX/share/doc/warder

fail() {
    printf 'install: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '  %s\n' "${@:2}" >&2
    exit 1
}

# One line for each file: mode, source, place below DESTDIR, and whether paths have to be filled in.
files() {
    local unit document
    echo "0755 $BUILD/warderd $BINDIR/warderd verbatim"
    echo "0755 $BUILD/warder $BINDIR/warder verbatim"
    for unit in warderd.service warderd-client.socket warderd-operator.socket; do
        echo "0644 deploy/systemd/system/$unit $PREFIX/lib/systemd/system/$unit filled"
    done
    echo "0644 deploy/systemd/user/warderd.service $PREFIX/lib/systemd/user/warderd.service filled"
    echo "0644 deploy/sysusers.d/warder.conf $PREFIX/lib/sysusers.d/warder.conf verbatim"
    echo "0644 deploy/tmpfiles.d/warder.conf $PREFIX/lib/tmpfiles.d/warder.conf verbatim"
    echo "0644 deploy/warder.yaml.example $SYSCONFDIR/warder/warder.yaml.example verbatim"
    for unit in attest-executables.conf unseal-credential.conf; do
        echo "0644 deploy/systemd/drop-ins/$unit $DOCDIR/examples/$unit verbatim"
    done
    for document in README.md SECURITY.md LICENSE; do
        if [ -f "$document" ]; then echo "0644 $document $DOCDIR/$document verbatim"; fi
    done
    find docs -type f | LC_ALL=C sort | while read -r document; do
        echo "0644 $document $DOCDIR/$document verbatim"
    done
}

check_paths() {
    local path
    for path in "$PREFIX" "$SYSCONFDIR" "$BUILD"; do
        case $path in *[!A-Za-z0-9_./+-]*) fail "paths may have letters, digits and _./+- only" ;; esac
    done
    case $PREFIX in /*) ;; *) fail "PREFIX must be absolute" ;; esac
    case $SYSCONFDIR in /*) ;; *) fail "SYSCONFDIR must be absolute" ;; esac
}

check_programs() {
    local program
    for program in warderd warder; do
        [ -x "$BUILD/$program" ] || fail "there is no $BUILD/$program" "Build it first: make release"
        # The daemon's user can neither read nor execute what lies in somebody's toolchain folder.
        if command -v readelf > /dev/null && readelf -d "$BUILD/$program" 2> /dev/null | grep -q 'NEEDED.*libswiftCore'; then
            fail "$BUILD/$program needs the Swift libraries of the toolchain that built it" \
                "Build it with them inside: swift build -c release --static-swift-stdlib"
        fi
    done
}

install_files() {
    local mode source place how
    while read -r mode source place how; do
        mkdir -p "$DESTDIR$(dirname "$place")"
        if [ "$how" = filled ]; then
            sed -e "s|@BINDIR@|$BINDIR|g" -e "s|@DOCDIR@|$DOCDIR|g" "$source" | install -m "$mode" /dev/stdin "$DESTDIR$place"
        else
            install -m "$mode" "$source" "$DESTDIR$place"
        fi
    done < <(files)
}

next_steps() {
    cat << STEPS
Installed below $DESTDIR$PREFIX. Next, as root:

  systemd-sysusers && systemd-tmpfiles --create warder.conf
  systemctl daemon-reload
  systemctl enable --now warderd-client.socket warderd-operator.socket warderd.service
  usermod -aG warder ADA        # every operator; they log in again afterwards

Then, as the first operator:

  warder init
  warder doctor

Settings, all optional: cp $SYSCONFDIR/warder/warder.yaml.example $SYSCONFDIR/warder/warder.yaml
More: $DOCDIR/docs/operations/installation.md
STEPS
}

uninstall_files() {
    local mode source place how
    if [ -z "$DESTDIR" ] && command -v systemctl > /dev/null \
        && systemctl is-active --quiet warderd.service warderd-client.socket warderd-operator.socket; then
        fail "the vault is running" \
            "Stop it first: systemctl disable --now warderd.service warderd-client.socket warderd-operator.socket"
    fi
    while read -r mode source place how; do
        rm -f "$DESTDIR$place"
    done < <(files)
    # Documents of earlier versions too.
    rm -rf "$DESTDIR$DOCDIR"
    rmdir --ignore-fail-on-non-empty "$DESTDIR$SYSCONFDIR/warder" 2> /dev/null || true
    cat << LEFT
Removed. Left where they were: $SYSCONFDIR/warder/warder.yaml, drop-ins in $SYSCONFDIR/systemd/system/warderd.service.d,
the database in /var/lib/warder, and the user warder. Without /var/lib/warder every secret in it is lost.
LEFT
}

check_paths
case ${1:-} in
    install)
        check_programs
        install_files
        next_steps
        ;;
    uninstall)
        uninstall_files
        ;;
    *) fail "usage: deploy/install.sh install|uninstall" ;;
esac
