#!/usr/bin/env bash
# Installs into an empty folder and looks at what came of it: files, modes, units, users. Needs systemd's tools, not systemd.
set -euo pipefail
cd "$(dirname "$0")/../.."

for tool in systemd-analyze systemd-sysusers systemd-tmpfiles; do
    # Nothing here may be skipped: a unit that nobody checked has shown nothing.
    command -v "$tool" > /dev/null || { echo "installation test: $tool is missing (apt-get install systemd)" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

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

# No line matches; a file that cannot be read is a failure, not an absence.
absent() {
    local status=0
    grep "$@" || status=$?
    test "$status" -eq 1
}

# Programs that only have to be there.
mkdir "$work/build"
printf '#!/bin/sh\n' > "$work/build/warderd"
cp "$work/build/warderd" "$work/build/warder"
cp "$work/build/warderd" "$work/build/warder-worker"
chmod 0755 "$work/build/"*
mkdir "$work/build/generated"
for file in warder.1 warderd.8 warder-worker.8 warder.yaml.5 completion.bash completion.zsh completion.fish; do
    echo 'made by generate.sh' > "$work/build/generated/$file"
done
export BUILD=$work/build

expected_files() {
    cat << 'LIST'
644 /etc/warder/warder.yaml.example
755 /usr/bin/warder
755 /usr/bin/warder-worker
755 /usr/bin/warderd
644 /usr/lib/systemd/system/warder-backup.service
644 /usr/lib/systemd/system/warder-backup.timer
644 /usr/lib/systemd/system/warder-worker.service
644 /usr/lib/systemd/system/warderd-client.socket
644 /usr/lib/systemd/system/warderd-operator.socket
644 /usr/lib/systemd/system/warderd-worker.socket
644 /usr/lib/systemd/system/warderd.service
644 /usr/lib/systemd/user/warderd.service
644 /usr/lib/sysusers.d/warder.conf
644 /usr/lib/tmpfiles.d/warder.conf
644 /usr/share/bash-completion/completions/warder
644 /usr/share/doc/warder/examples/attest-executables.conf
644 /usr/share/doc/warder/examples/unseal-credential.conf
644 /usr/share/fish/vendor_completions.d/warder.fish
644 /usr/share/man/man1/warder.1
644 /usr/share/man/man5/warder.yaml.5
644 /usr/share/man/man8/warder-worker.8
644 /usr/share/man/man8/warderd.8
644 /usr/share/zsh/vendor-completions/_warder
LIST
}

# Documents come and go with the project: their modes are checked, their names are not.
installed() { (cd "$1" && find . -type f -printf '%m %p\n') | sed 's|\./|/|' | LC_ALL=C sort -k 2; }
without_documents() { grep -v -e ' /usr/share/doc/warder/docs/' -e ' /usr/share/doc/warder/[A-Z]'; }

root=$work/root
check 'it installs' env DESTDIR="$root" deploy/install.sh install
check 'exactly the expected files, with their modes' diff <(expected_files) <(installed "$root" | without_documents)
check 'documents are readable for all' absent -v '^644 ' <(installed "$root" | grep ' /usr/share/doc/')
check 'the operations pages are there' test -f "$root/usr/share/doc/warder/docs/operations/installation.md"
check 'no folder is writable for others' absent . <(find "$root" -type d -perm /022)
check 'every path in the units is filled in' absent -rE '@[A-Z]+@' "$root/usr/lib"

cp -a "$root" "$work/first"
printf 'profile: team\n' > "$root/etc/warder/warder.yaml"
check 'it installs again' env DESTDIR="$root" deploy/install.sh install
check 'a second time changes nothing, and leaves the configuration alone' \
    diff <(installed "$work/first"; echo '644 /etc/warder/warder.yaml') \
    <(installed "$root" | grep -v ' /etc/warder/warder.yaml$'; installed "$root" | grep ' /etc/warder/warder.yaml$')

check 'it uninstalls' env DESTDIR="$root" deploy/install.sh uninstall
check 'nothing but the configuration is left' diff <(echo '644 /etc/warder/warder.yaml') <(installed "$root")
check 'it uninstalls again' env DESTDIR="$root" deploy/install.sh uninstall

check 'without programs it says what to do' not env BUILD="$work/nothing" DESTDIR="$work/none" deploy/install.sh install
check 'and installs nothing' test ! -e "$work/none"
rm "$work/build/generated/warder.1"
check 'without its manual page too' not env DESTDIR="$work/none" deploy/install.sh install
check 'and nothing again' test ! -e "$work/none"
echo 'made by generate.sh' > "$work/build/generated/warder.1"
check 'a path that would need quoting is refused' not env PREFIX='/usr/my warder' DESTDIR="$work/none" deploy/install.sh install

# Units that name programs which really are there.
check 'another prefix installs' env PREFIX="$work/prefix" DESTDIR="" SYSCONFDIR="$work/etc" deploy/install.sh install
units=$work/prefix/lib/systemd
verified() {
    # Warnings do not change the exit status, so that any word is one too many.
    local said
    said=$(systemd-analyze "$@" 2>&1) || { echo "$said"; return 1; }
    [ -z "$said" ] || { echo "$said"; return 1; }
}
mkdir "$work/faulty"
sed 's/^WatchdogSec=/WatchdogSeconds=/' "$units/system/warderd.service" > "$work/faulty/warderd.service"
check 'a fault that was planted is found' not verified verify --man=no "$work/faulty/warderd.service"
check 'systemd finds no fault with the units' verified verify --man=no "$units/system/warderd.service" \
    "$units/system/warderd-client.socket" "$units/system/warderd-operator.socket" \
    "$units/system/warderd-worker.socket" "$units/system/warder-worker.service" \
    "$units/system/warder-backup.service" "$units/system/warder-backup.timer"
export XDG_RUNTIME_DIR=$work/runtime
mkdir -m 0700 "$XDG_RUNTIME_DIR"
check "nor with the user's unit" verified verify --man=no --user "$units/user/warderd.service"
cp -r "$units/system" "$work/with-drop-ins"
mkdir "$work/with-drop-ins/warderd.service.d"
cp deploy/systemd/drop-ins/*.conf "$work/with-drop-ins/warderd.service.d/"
check 'nor with the drop-ins' verified verify --man=no "$work/with-drop-ins/warderd.service"

exposure() { systemd-analyze security --offline=yes --no-pager "$1" | sed -n 's/.*Overall exposure level for .*: \([0-9.]*\) .*/\1/p'; }
score=$(exposure "$units/system/warderd.service")
echo "      exposure of warderd.service: $score"
check 'the exposure of the service is at most 0.5' awk -v score="$score" 'BEGIN { exit !(score != "" && score <= 0.5) }'
score=$(exposure "$units/system/warder-backup.service")
echo "      exposure of warder-backup.service: $score"
check 'that of the backup as well' awk -v score="$score" 'BEGIN { exit !(score != "" && score <= 0.5) }'
score=$(exposure "$units/system/warder-worker.service")
echo "      exposure of warder-worker.service: $score"
check 'that of the worker, which starts programs and reaches servers, at most 1.5' awk -v score="$score" 'BEGIN { exit !(score != "" && score <= 1.5) }'
score=$(exposure "$work/with-drop-ins/warderd.service")
echo "      with both drop-ins: $score"
check 'with the drop-ins at most 1.0' awk -v score="$score" 'BEGIN { exit !(score != "" && score <= 1.0) }'

# What would make the score better and the vault worse.
service=$units/system/warderd.service
for setting in PrivateUsers PrivatePIDs ProtectProc ProcSubset DynamicUser RootDirectory RootImage; do
    check "$setting is left alone: attestation needs it so" absent -q "^$setting=" "$service" "$work/with-drop-ins/warderd.service.d/"*.conf
done
for setting in PrivateTmp ProtectSystem ProtectHome PrivateDevices PrivateNetwork PrivateMounts PrivateIPC PrivateUsers; do
    check "$setting is not in the user's unit: it would bring a user namespace" absent -q "^$setting=" "$units/user/warderd.service"
done
check 'the backup tells the daemon its own user' absent -q '^PrivateUsers=' "$units/system/warder-backup.service"
check 'a missed backup is made up for' grep -qx 'Persistent=true' "$units/system/warder-backup.timer"
check 'stopping the daemon leaves the sockets where they are' grep -qx 'RuntimeDirectoryPreserve=yes' "$service"
check 'the client socket is open to all' grep -qx 'SocketMode=0666' "$units/system/warderd-client.socket"
check 'the operator socket is open to its group' grep -qx 'SocketMode=0660' "$units/system/warderd-operator.socket"
check 'the worker socket is open to the worker alone' \
    test "$(grep -cx -e 'SocketMode=0600' -e 'SocketUser=warder-worker' "$units/system/warderd-worker.socket")" = 2
check 'the worker is nobody that the database belongs to' grep -qx 'User=warder-worker' "$units/system/warder-worker.service"
check 'the worker can not reach the database' grep -q '^InaccessiblePaths=.*-/var/lib/warder ' "$units/system/warder-worker.service"
for name in client operator worker; do
    check "the $name socket has the name and the path that the daemon knows" \
        test "$(grep -cx -e "FileDescriptorName=$name" -e "ListenStream=/run/warder/$name.sock" "$units/system/warderd-$name.socket")" = 2
done

# Users and directories, in a root of their own.
machine=$work/machine
mkdir -p "$machine/etc" "$machine/usr/lib/sysusers.d"
cp deploy/sysusers.d/warder.conf "$machine/usr/lib/sysusers.d/"
check 'systemd-sysusers takes the user' systemd-sysusers --root="$machine"
check 'the user can not log in' grep -q '^warder:.*:/var/lib/warder:/usr/sbin/nologin$' "$machine/etc/passwd"
check 'nor the worker' grep -q '^warder-worker:.*:/usr/sbin/nologin$' "$machine/etc/passwd"
check 'the worker is in no group of the vault' absent -q '^warder:.*warder-worker' "$machine/etc/group"
check 'there is a group of operators' grep -q '^warder:' "$machine/etc/group"
check 'systemd-tmpfiles takes the directories' \
    systemd-tmpfiles --root="$machine" --create "$PWD/deploy/tmpfiles.d/warder.conf"
check 'the directories have their modes' diff <(printf '755 run/warder\n700 var/lib/warder\n755 etc/warder\n700 var/backups/warder\n755 var/lib/warder-checkpoints\n') \
    <(cd "$machine" && stat -c '%a %n' run/warder var/lib/warder etc/warder var/backups/warder var/lib/warder-checkpoints)

if [ "$failures" -ne 0 ]; then
    echo "installation test: $failures failed" >&2
    exit 1
fi
echo 'installation test: all passed'
