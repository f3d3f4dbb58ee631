#!/usr/bin/env bash
# The whole story in one minute: a vault, a secret, an MCP server whose tool call resolves its credential, and the log that shows it.
# Everything lies in a temporary directory and is gone at the end.
#
# usage: demo.sh DIRECTORY-OF-THE-PROGRAMS
set -euo pipefail

bin=$(cd "${1:?usage: demo.sh DIRECTORY-OF-THE-PROGRAMS}" && pwd)
work=$(mktemp -d /tmp/warder-demo.XXXXXX)
daemon='' upstream=''

finish() {
    [ -z "$upstream" ] || kill "$upstream" 2>/dev/null || true
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    [ -z "$daemon" ] || wait "$daemon" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() {
    printf '  $ %s\n' "$*"
    "$@" 2>&1 | sed 's/^/    /'
}

mkdir "$work/run"
cat >"$work/warder.yaml" <<YAML
# A vault for the demonstration.
state_directory: $work/state
client_socket: $work/run/client.sock
operator_socket: $work/run/operator.sock
profile: team
memory:
  lock: best-effort
worker:
  start: off
YAML
chmod 600 "$work/warder.yaml"
export WARDER_SOCKET=$work/run/client.sock WARDER_OPERATOR_SOCKET=$work/run/operator.sock
warder() { "$bin/warder" "$@"; }

# As root the server runs as a user of its own, as it should, where that user can reach the programs and the Swift libraries.
# Otherwise it shares the operator's user, and the vault wants to know who is there.
server_uid=$(id -u)
as_server=()
if [ "$server_uid" -eq 0 ]; then
    nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    status=0
    "${nobody[@]}" "$bin/example-notes-server" </dev/null >/dev/null 2>&1 || status=$?
    # It ends with 1, because it was told nothing. 126 and 127: it could not be started.
    if [ "$status" -lt 126 ] && "${nobody[@]}" test -r "$bin/example-notes-server"; then
        server_uid=65534
        as_server=("${nobody[@]}")
    fi
fi

# Runs a command for which the vault may ask who is there: on a terminal of its own, where the passphrase is typed when it is asked for.
passphrase='a demonstration is no secret'
present() {
    printf '  $ warder %s\n' "$*"
    local shown='' screen='' key status=0
    rm -f "$work/keys" "$work/screen"
    mkfifo "$work/keys" "$work/screen"
    script --quiet --return --command "$(printf '%q ' "$bin/warder" "$@")" /dev/null <"$work/keys" >"$work/screen" &
    local terminal=$!
    exec 3>"$work/keys" 4<"$work/screen"
    while IFS= read -r -N 1 -u 4 key; do
        screen+=$key
        case $screen in *'Your passphrase:')
            printf '%s\n' "$passphrase" >&3
            shown+=$screen screen=''
            ;;
        esac
    done
    exec 3>&- 4<&-
    wait "$terminal" || status=$?
    printf '%s' "$shown$screen" | tr -d '\r' | sed 's/^/    /'
    return $status
}

chmod 755 "$work" "$work/run"

say '1. A vault: sealed until a key opens it'
"$bin/warderd" --config "$work/warder.yaml" 2>"$work/warderd.log" &
daemon=$!
for _ in $(seq 100); do
    [ -S "$WARDER_OPERATOR_SOCKET" ] && break
    sleep 0.1
done
printf '%s' "$passphrase" | warder init --stdin --operator demo 2>&1 | sed 's/^/    /'
show warder status

say '2. A secret, a server, a tool, and a grant that joins them'
printf 'key-of-the-notes-service' >"$work/token"
chmod 644 "$work/token"
show warder secret put notes/api-key --file "$work/token" --owner platform
present server add notes --uid "$server_uid" --owner platform
present tool add notes/create_note --risk side-effect --owner platform --description 'Stores a note'
say '   A side effect needs an approval; this grant waives it, and the log says so'
present grant add notes/create_note notes/api-key --ttl 5m --uses 10 --approval none
present operator add demo --uid "$(id -u)" --role admin --role auditor

say '3. An MCP server whose tool call resolves the credential'
"$bin/example-notes-upstream" 0 "$work/token" >"$work/upstream.url" &
upstream=$!
for _ in $(seq 100); do
    [ -s "$work/upstream.url" ] && break
    sleep 0.1
done
{
    echo '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}'
    echo '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"create_note","arguments":{"text":"hello"}}}'
} | "${as_server[@]}" "$bin/example-notes-server" --upstream "$(cat "$work/upstream.url")" | tee "$work/answers" | sed 's/^/    /'
grep -q 'The note is stored' "$work/answers"

say '4. The log shows it'
show warder audit tail -n 6
warder audit search --type secret.resolve --server notes --decision allowed >"$work/resolves"
grep -q create_note "$work/resolves"

say 'Done: the server never held a key, and every step is in the log.'
