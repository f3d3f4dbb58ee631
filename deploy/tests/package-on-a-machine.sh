#!/usr/bin/env bash
# The part of package.sh that runs as root, in a mount namespace of its own.
#
#   package-on-a-machine.sh PACKAGE FOLDER-OF-THE-TOOLCHAIN
set -euo pipefail
cd "$(dirname "$0")/../.."

package=$1 toolchain=$2
work=$(mktemp -d)
daemon=''
finish() {
    [ -z "$daemon" ] || kill "$daemon" 2> /dev/null || true
    [ -z "$daemon" ] || wait "$daemon" 2> /dev/null || true
    umount --recursive --lazy "$work" 2> /dev/null || true
    rmdir "$work"
}
trap finish EXIT
failures=0

# MARK: A machine

mount -t tmpfs -o mode=0755 tmpfs "$work"
mkdir "$work/upper" "$work/overlay" "$work/root"
mount -t overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/overlay" overlay "$work/root"
root=$work/root
mkdir -p "$root$toolchain"
[ -e "$root$toolchain/lib" ] || mount --bind "$toolchain" "$root$toolchain"
mount --bind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=0755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
# A programme that says what it was asked for instead of doing it, but for links, which systemctl makes without systemd as well.
mkdir -p "$root/run/systemd/system"
mv "$root/usr/bin/systemctl" "$root/usr/bin/systemctl.real"
cat > "$root/usr/bin/systemctl" << 'SCRIPT'
#!/bin/sh
echo "$*" >> /run/systemctl
case " $* " in
    *' enable '* | *' disable '*) SYSTEMD_OFFLINE=1 exec systemctl.real "$@" ;;
    *' is-active '*) for unit; do :; done; grep -qsx "$unit" /run/active ;;
    *' is-enabled '*) echo enabled ;;
esac
SCRIPT
chmod 0755 "$root/usr/bin/systemctl"
cp "$package" "$root/tmp/warder.deb"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root
unset WARDER_SOCKET WARDER_OPERATOR_SOCKET WARDER_CONFIG WARDER_OUTPUT

on() { chroot "$root" "$@"; }
# as USER COMMAND...
as() { local user=$1; shift; on setpriv --reuid "$user" --regid "$user" --init-groups "$@"; }

# Of this machine's own vault, should it have one; and images of containers leave documents out and stop nothing.
on dpkg --purge warder > /dev/null 2>&1 || true
on userdel warder > /dev/null 2>&1 || true
on groupdel warder > /dev/null 2>&1 || true
rm -rf "$root/var/lib/warder" "$root/var/backups/warder" "$root/etc/warder" "$root/etc/dpkg/dpkg.cfg.d" "$root/usr/sbin/policy-rc.d"
on useradd ada
on useradd grace
on useradd --system --shell /usr/sbin/nologin mcp-github

# MARK: What is looked at

check() {
    local what=$1
    shift
    if "$@" > "$work/output" 2>&1; then
        echo "ok    $what"
    else
        echo "FAIL  $what"
        sed 's/^/      /' "$work/output"
        failures=$((failures + 1))
    fi
}
not() { ! "$@"; }
# The command prints just this.
says() {
    local expected=$1 said
    shift
    said=$("$@" 2>&1) || true
    [ "$said" = "$expected" ] || { printf '%s\n' "$said"; return 1; }
}
# The file, or what the command before it printed, has the text.
has() { grep -qF -e "$1" "$2" || { cat "$2"; return 1; }; }
asked() { [ ! -e "$root/run/systemctl" ] || cat "$root/run/systemctl"; }
# Everything that asks systemd for more than reading its units again.
changes_asked() { asked | { grep -vE '(daemon-reload|is-active|is-enabled|^show )' || true; }; }
owners() { on stat --format='%a %U:%G %n' "$@"; }
links() { (cd "$root/etc/systemd" && find . -type l -name 'warder*' | LC_ALL=C sort); }

# MARK: Installing

check 'lintian has nothing to say' lintian --fail-on error,warning \
    --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog,custom-library-search-path "$package"
check 'it installs' on dpkg --install /tmp/warder.deb
cp "$work/output" "$work/installed"
check 'it says how to go on' has 'warder init' "$work/installed"
check 'nothing is started' says '' changes_asked
check 'nothing is enabled' says '' links
check 'systemd reads its units again' has daemon-reload "$root/run/systemctl"

expected_files() {
    cat << 'LIST'
0644 root:root /etc/warder/warder.yaml
0755 root:root /usr/bin/warder
0755 root:root /usr/bin/warder-worker
0755 root:root /usr/bin/warderd
0644 root:root /usr/lib/systemd/system/warder-backup.service
0644 root:root /usr/lib/systemd/system/warder-backup.timer
0644 root:root /usr/lib/systemd/system/warder-worker.service
0644 root:root /usr/lib/systemd/system/warderd-client.socket
0644 root:root /usr/lib/systemd/system/warderd-operator.socket
0644 root:root /usr/lib/systemd/system/warderd-worker.socket
0644 root:root /usr/lib/systemd/system/warderd.service
0644 root:root /usr/lib/systemd/user/warderd.service
0644 root:root /usr/lib/sysusers.d/warder.conf
0644 root:root /usr/lib/tmpfiles.d/warder.conf
0644 root:root /usr/share/bash-completion/completions/warder
0644 root:root /usr/share/doc/warder/SECURITY.md
0644 root:root /usr/share/doc/warder/changelog.Debian.gz
0644 root:root /usr/share/doc/warder/copyright
0644 root:root /usr/share/doc/warder/docs/operations/installation.md
0644 root:root /usr/share/doc/warder/examples/warder.yaml
0644 root:root /usr/share/fish/vendor_completions.d/warder.fish
0644 root:root /usr/share/man/man1/warder.1.gz
0644 root:root /usr/share/man/man5/warder.yaml.5.gz
0644 root:root /usr/share/man/man8/warder-worker.8.gz
0644 root:root /usr/share/man/man8/warderd.8.gz
0644 root:root /usr/share/zsh/vendor-completions/_warder
LIST
}
installed_files() {
    on dpkg --listfiles warder | while read -r path; do
        [ ! -f "$root$path" ] || (cd "$root" && stat -c '0%a %U:%G /%n' ".$path" | sed 's|/\./|/|')
    done | LC_ALL=C sort -k 3
}
check 'programs, units, pages and completions are there, with their modes' \
    diff <(expected_files) <(LC_ALL=C join -1 3 -2 3 -o 2.1,2.2,2.3 <(expected_files) <(installed_files))
check 'nothing else but documents' says '' grep -vxF -f <(expected_files) \
    <(installed_files | grep -v -e ' /usr/share/doc/warder/' -e ' /usr/share/lintian/')
check 'all of it belongs to root, and to nobody else' says '' grep -v '^0[67][45][45] root:root ' <(installed_files)
check 'the terms of what is inside are in the copyright' has '== GRDB.swift ==' "$root/usr/share/doc/warder/copyright"
check 'the package contains what it says' says '' on dpkg --verify warder

check 'there is a user that cannot log in' on sh -c 'getent passwd warder | grep -q ":/var/lib/warder:/usr/sbin/nologin$"'
check 'its group is empty' on sh -c 'getent group warder | grep -q ":$"'
check 'the directories have their owners and modes' \
    diff - <(owners /etc/warder /run/warder /var/backups/warder /var/lib/warder) << 'LIST'
755 root:root /etc/warder
755 warder:warder /run/warder
700 warder:warder /var/backups/warder
700 warder:warder /var/lib/warder
LIST
check 'the configuration is a conffile' has ' /etc/warder/warder.yaml ' <(on dpkg-query --show --showformat='${Conffiles}' warder)
check 'it is the example' cmp "$root/etc/warder/warder.yaml" deploy/warder.yaml.example
check 'the daemon finds it right' says '' as warder warderd --check-config
version=$(dpkg-deb --field "$package" Version)
check 'the programs say their version' says "warder ${version%~here-1}" on warder --version
check 'all of them' says "warderd ${version%~here-1}" on warderd --version
check 'the worker too' says "warder-worker ${version%~here-1}" on warder-worker --version
check 'the library of PostgreSQL is a dependency' sh -c "dpkg-deb --field '$package' Depends | grep -q libpq5"

# MARK: Units

units=/usr/lib/systemd/system
for unit in warderd.service warderd-client.socket warderd-operator.socket warderd-worker.socket warder-worker.service \
    warder-backup.service warder-backup.timer; do
    # The manual page that a unit names is looked up as well.
    check "systemd finds no fault with $unit" says '' on systemd-analyze verify --man=yes "$units/$unit"
done
exposure() { on systemd-analyze security --offline=yes --no-pager "$units/$1" | sed -n 's/.*Overall exposure level for .*: \([0-9.]*\) .*/\1/p'; }
for unit in warderd warder-backup; do
    score=$(exposure "$unit.service")
    check "the exposure of $unit.service is at most 0.5: $score" awk -v score="$score" 'BEGIN { exit !(score != "" && score <= 0.5) }'
done

# MARK: Pages and completions

for page in 1/warder 5/warder.yaml 8/warderd 8/warder-worker; do
    file=$root/usr/share/man/man${page%%/*}/${page#*/}.${page%%/*}.gz
    check "groff has nothing to say about ${page#*/}(${page%%/*})" says '' sh -c "zcat '$file' | groff -man -Tutf8 -ww -z"
    check 'and man finds it' on sh -c "MANPATH=/usr/share/man man ${page%%/*} ${page#*/} | grep -q '^NAME'"
done
cp deploy/tests/complete.py deploy/tests/as-the-unit-does.py "$root/tmp/"
for shell in bash zsh fish; do
    check "$shell completes a command" on python3 /tmp/complete.py "$shell" 'warder secret pro' 'warder secret promote'
    # (zsh lists it below.)
    check "$shell completes an option" on python3 /tmp/complete.py "$shell" 'warder secret put --keep' '--keep-newline'
done

# MARK: A vault at work

on usermod --append --groups warder ada
on usermod --append --groups warder grace
# Containers may lock less memory than the unit allows.
printf 'memory:\n  lock: best-effort\n' > "$root/etc/warder/warder.yaml"
warder() { as ada warder "$@"; }
start() {
    # Without `as`, so that the number is that of the daemon and not of a shell around it.
    chroot "$root" setpriv --reuid warder --regid warder --init-groups \
        prlimit --core=0 python3 /tmp/as-the-unit-does.py warderd > "$work/daemon" 2>&1 &
    daemon=$!
    for _ in $(seq 200); do
        [ ! -S "$root/run/warder/operator.sock" ] || return 0
        sleep 0.1
    done
    cat "$work/daemon"
    return 1
}
asks() { as "$1" curl --silent --unix-socket /run/warder/client.sock http://warder/v1/resolve \
    --header 'Content-Type: application/json' --data '{"tool": "github/list_issues", "secret": "github/pat"}'; }
initialise() { printf 'a passphrase for tests' | warder init --stdin; }
store() { printf 'value-of-the-test' | warder secret put github/pat --stdin --owner platform; }

if ! start; then
    echo 'FAIL  the daemon starts as its user'
    exit 1
fi
check 'sockets and database have their owners and modes' \
    diff - <(owners /run/warder/client.sock /run/warder/operator.sock /var/lib/warder/vault.db) << 'LIST'
666 warder:warder /run/warder/client.sock
660 warder:warder /run/warder/operator.sock
600 warder:warder /var/lib/warder/vault.db
LIST
check 'an operator sets the vault up' initialise
check 'somebody else does not reach it' not as mcp-github warder status
cp "$work/output" "$work/told"
check 'and what to do' has 'usermod -aG warder' "$work/told"
check 'a secret is stored' store
check 'a server is registered' warder server add github --uid mcp-github --owner platform
check 'and its tool' warder tool add github/list_issues --risk read-only --owner platform --description 'Lists issues'
check 'and granted' warder grant add github/list_issues github/pat --ttl 5m
asks mcp-github > "$work/answer" || true
check 'the server gets the value' has 'value-of-the-test' "$work/answer"
asks ada > "$work/answer" || true
check 'under the filter of its unit a command works as well' \
    as ada prlimit --core=0 python3 /tmp/as-the-unit-does.py warder status
check 'another process does not' not grep -q 'value-of-the-test' "$work/answer"
check 'and is told so' has denied "$work/answer"
check 'an auditor is named' warder operator add grace --uid grace --role auditor
as grace warder audit search --type secret.resolve --output json > "$work/events" || true
check 'who sees it in the log' has list_issues "$work/events"

# MARK: The daily backup

backups=$root/var/backups/warder
unit=$root$units/warder-backup.service
check 'the unit of the backup has one command' says 1 grep -c '^ExecStart=' "$unit"
# Its own words, as its own user.
backup() {
    local words
    read -ra words < <(sed -n 's/^ExecStart=//p' "$unit")
    (umask "$(sed -n 's/^UMask=//p' "$unit")"
        as "$(sed -n 's/^User=//p' "$unit")" prlimit --core=0 python3 /tmp/as-the-unit-does.py "${words[@]}")
}
stored() { (cd "$backups" && find . -mindepth 1 | LC_ALL=C sort); }
stamped() { (cd "$backups" && stat --format='%a %U:%G %s %Y %n' -- *.old notes); }
check 'the unit makes a backup' backup
first=$(cd "$backups" && echo warder-*.backup)
for day in $(seq -w 1 16); do
    as warder cp "/var/backups/warder/$first" "/var/backups/warder/warder-202501${day}T000000Z.backup"
done
as warder rm "/var/backups/warder/$first"
# One that cannot be told to be of this vault.
as warder sh -c 'echo unknown > /var/backups/warder/warder-20240102T000000Z.backup'
# What is none of the unit's, whatever it is called like, and whoever has it.
echo 'of an administrator' > "$backups/warder-20240101T000000Z.backup.old"
echo 'of the same user' > "$backups/notes"
on chown warder:warder /var/backups/warder/notes
on chmod 0640 /var/backups/warder/notes
stamped > "$work/stamped"
check 'and another' backup
newest=$(cd "$backups" && find . -name 'warder-*.backup' | LC_ALL=C sort | tail -n 1)
newest=${newest#./}
check 'which is its user'"'"'s alone' says "600 warder:warder /var/backups/warder/$newest" owners "/var/backups/warder/$newest"
remaining() {
    {
        for day in $(seq -w 4 16); do echo "./warder-202501${day}T000000Z.backup"; done
        printf './%s\n' "$newest" notes warder-20240101T000000Z.backup.old warder-20240102T000000Z.backup
    } | LC_ALL=C sort
}
check 'thirteen earlier ones stay, the newest, what nobody can tell, and nothing half' diff <(remaining) <(stored)
check 'what is not the unit'"'"'s is as it was' diff "$work/stamped" <(stamped)
verify() { printf 'a passphrase for tests' | as warder warder backup verify --stdin "/var/backups/warder/$newest"; }
check 'it opens' verify
cp "$work/output" "$work/verified"
check 'and is sound' has sound "$work/verified"
check 'the vault is closed' warder seal
check 'then the unit fails' not backup
cp "$work/output" "$work/refused"
check 'and says why' has 'sealed' "$work/refused"
check 'and nothing goes' diff <(remaining) <(stored)
open_again() { printf 'a passphrase for tests' | warder unseal --stdin; }
check 'the vault is open again' open_again

# MARK: An upgrade

check 'an administrator enables it' on systemctl enable warderd-client.socket warderd-operator.socket warderd.service warder-backup.timer
links > "$work/enabled"
check 'which makes links' test -s "$work/enabled"
rm "$root/run/systemctl"
printf '%s\n' warderd.service warder-worker.service > "$root/run/active"
configuration=$(cat "$root/etc/warder/warder.yaml")
check 'it upgrades' on dpkg --install --force-confdef --force-confold /tmp/warder.deb
cp "$work/output" "$work/upgraded"
check 'nothing is started, stopped or restarted' says '' changes_asked
check 'systemd reads its units again' has daemon-reload "$root/run/systemctl"
check 'it says that daemon and worker are the old ones' has 'systemctl restart warderd warder-worker && warder unseal' "$work/upgraded"
echo warder-worker.service > "$root/run/active"
check 'it upgrades where the worker alone runs' on dpkg --install --force-confdef --force-confold /tmp/warder.deb
cp "$work/output" "$work/upgraded"
check 'it says that the worker is the old one' has 'systemctl restart warder-worker' "$work/upgraded"
check 'and nothing of a vault to unseal' not has 'warder unseal' "$work/upgraded"
check 'the vault is open still' warder status
check 'the configuration is as the administrator left it' says "$configuration" cat "$root/etc/warder/warder.yaml"
check 'what was enabled is enabled' diff "$work/enabled" <(links)

# MARK: Taking it away

kill "$daemon"
wait "$daemon" || true
daemon=''
rm "$root/run/systemctl"
(cd "$root" && sha256sum var/lib/warder/vault.db) > "$work/database"
touch "$root/var/backups/warder/warder-20260101T000000Z.backup"
check 'it is removed' on dpkg --remove warder
check 'daemon, sockets and backups are stopped' \
    has 'stop warder-backup.timer warder-backup.service warder-worker.service warderd-client.socket warderd-operator.socket warderd-worker.socket warderd.service' "$root/run/systemctl"
check 'nothing is enabled any more' says '' links
check 'the programs are gone' not ls "$root/usr/bin/warder" "$root/usr/bin/warderd" "$root$units/warderd.service"
check 'the configuration stays' says "$configuration" cat "$root/etc/warder/warder.yaml"
check 'the database stays' sh -c "cd '$root' && sha256sum --quiet --check '$work/database'"
rm "$root/run/systemctl"
check 'it installs again' on dpkg --install --force-confdef --force-confold /tmp/warder.deb
check 'again nothing is started' says '' changes_asked
check 'nor enabled' says '' links

check 'it is purged' on dpkg --purge warder
cp "$work/output" "$work/purged"
check 'it says what it left' has 'rm -r /var/lib/warder /var/backups/warder' "$work/purged"
check 'the database stays as it was' sh -c "cd '$root' && sha256sum --quiet --check '$work/database'"
check 'its owner stays' on getent passwd warder
left() {
    (cd "$work/upper" && find . -iname '*warder*' -not -type c -not -path './var/lib/dpkg/*' -not -path './var/log/*' -not -path './var/cache/man/*' \
        -not -path './var/lib/warder/*' -not -path './var/lib/warder-checkpoints/*' -not -path './var/backups/warder/*' | LC_ALL=C sort)
    find "$root/run" -name '*warder*'
}
check 'nothing else is left' diff <(printf './var/backups/warder\n./var/lib/warder\n./var/lib/warder-checkpoints\n') <(left)
check 'the checkpoint of the log is among it' sh -c "ls '$root'/var/lib/warder-checkpoints/*.checkpoint"
rm -r "$root/var/lib/warder" "$root/var/backups/warder" "$root/var/lib/warder-checkpoints"
check 'with nothing in them it installs' on dpkg --install /tmp/warder.deb
check 'and when it is purged' on dpkg --purge warder
check 'empty directories go as well' says '' left

if [ "$failures" -ne 0 ]; then
    echo "package test: $failures failed" >&2
    exit 1
fi
echo 'package test: all passed'
