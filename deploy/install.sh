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
#   TOOLCHAIN   `here`: programs may need the Swift libraries of this machine's toolchain; for tests of what is installed
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
GENERATED="warder.1 warderd.8 warder-worker.8 warder.yaml.5 completion.bash completion.zsh completion.fish"

fail() {
    printf 'install: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '  %s\n' "${@:2}" >&2
    exit 1
}

# One line for each file: mode, source, place below DESTDIR, and whether paths have to be filled in.
files() {
    local unit document zsh=site-functions
    # Where Debian's zsh looks for what packages bring.
    [ "$PREFIX" != /usr ] || zsh=vendor-completions
    echo "0755 $BUILD/warderd $BINDIR/warderd verbatim"
    echo "0755 $BUILD/warder $BINDIR/warder verbatim"
    echo "0755 $BUILD/warder-worker $BINDIR/warder-worker verbatim"
    for unit in warderd.service warderd-client.socket warderd-operator.socket warderd-worker.socket warder-worker.service \
        warder-backup.service warder-backup.timer; do
        echo "0644 deploy/systemd/system/$unit $PREFIX/lib/systemd/system/$unit filled"
    done
    echo "0644 deploy/systemd/user/warderd.service $PREFIX/lib/systemd/user/warderd.service filled"
    echo "0644 deploy/sysusers.d/warder.conf $PREFIX/lib/sysusers.d/warder.conf verbatim"
    echo "0644 deploy/tmpfiles.d/warder.conf $PREFIX/lib/tmpfiles.d/warder.conf verbatim"
    echo "0644 deploy/warder.yaml.example $SYSCONFDIR/warder/warder.yaml.example verbatim"
    echo "0644 $BUILD/generated/warder.1 $PREFIX/share/man/man1/warder.1 verbatim"
    echo "0644 $BUILD/generated/warder.yaml.5 $PREFIX/share/man/man5/warder.yaml.5 verbatim"
    echo "0644 $BUILD/generated/warderd.8 $PREFIX/share/man/man8/warderd.8 verbatim"
    echo "0644 $BUILD/generated/warder-worker.8 $PREFIX/share/man/man8/warder-worker.8 verbatim"
    echo "0644 $BUILD/generated/completion.bash $PREFIX/share/bash-completion/completions/warder verbatim"
    echo "0644 $BUILD/generated/completion.zsh $PREFIX/share/zsh/$zsh/_warder verbatim"
    echo "0644 $BUILD/generated/completion.fish $PREFIX/share/fish/vendor_completions.d/warder.fish verbatim"
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
    local program file
    for program in warderd warder warder-worker; do
        [ -x "$BUILD/$program" ] || fail "there is no $BUILD/$program" "Build it first: make release"
        # The daemon's user can neither read nor execute what lies in somebody's toolchain folder.
        if [ "${TOOLCHAIN:-}" != here ] && command -v readelf > /dev/null && readelf -d "$BUILD/$program" 2> /dev/null | grep -q 'NEEDED.*libswiftCore'; then
            fail "$BUILD/$program needs the Swift libraries of the toolchain that built it" \
                "Build it with them inside: swift build -c release --static-swift-stdlib"
        fi
    done
    for file in $GENERATED; do
        [ -f "$BUILD/generated/$file" ] || fail "there is no $BUILD/generated/$file" "Build it first: make release"
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

Where secrets are rotated: systemctl enable --now warderd-worker.socket warder-worker.service

And a backup every day, below /var/backups/warder: systemctl enable --now warder-backup.timer

Settings, all optional: cp $SYSCONFDIR/warder/warder.yaml.example $SYSCONFDIR/warder/warder.yaml
More: $DOCDIR/docs/operations/installation.md
STEPS
}

uninstall_files() {
    local mode source place how
    if [ -z "$DESTDIR" ] && command -v systemctl > /dev/null \
        && systemctl is-active --quiet warderd.service warderd-client.socket warderd-operator.socket warderd-worker.socket warder-worker.service; then
        fail "the vault is running" \
            "Stop it first: systemctl disable --now warder-backup.timer warder-worker.service warderd.service warderd-client.socket warderd-operator.socket warderd-worker.socket"
    fi
    while read -r mode source place how; do
        rm -f "$DESTDIR$place"
    done < <(files)
    # Documents of earlier versions too.
    rm -rf "$DESTDIR$DOCDIR"
    rmdir --ignore-fail-on-non-empty "$DESTDIR$SYSCONFDIR/warder" 2> /dev/null || true
    cat << LEFT
Removed. Left where they were: $SYSCONFDIR/warder/warder.yaml, drop-ins in $SYSCONFDIR/systemd/system/warderd.service.d,
the database in /var/lib/warder, backups in /var/backups/warder, and the users warder and warder-worker. Without /var/lib/warder every secret in it is lost.
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
