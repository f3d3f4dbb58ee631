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
    "$@" | sed 's/^/    /'
}

mkdir "$work/run"
cat >"$work/warder.yaml" <<YAML
# A vault for the demonstration. The profile is team, so that no terminal is needed to prove one's presence.
state_directory: $work/state
client_socket: $work/run/client.sock
operator_socket: $work/run/operator.sock
profile: team
memory:
  lock: best-effort
YAML
chmod 600 "$work/warder.yaml"
export WARDER_SOCKET=$work/run/client.sock WARDER_OPERATOR_SOCKET=$work/run/operator.sock
warder() { "$bin/warder" "$@"; }

# Runs a command that needs its operator's presence: with a terminal of its own, where the passphrase is typed.
passphrase='a demonstration is no secret'
present() {
    printf '  $ warder %s\n' "$*"
    if [ "$(id -u)" -eq 0 ]; then
        warder "$@" | sed 's/^/    /'
    else
        (sleep 1 && printf '%s\n' "$passphrase" && sleep 1) |
            script --quiet --return --command "$(printf '%q ' "$bin/warder" "$@")" /dev/null | sed 's/^/    /'
    fi
}

# As root the server runs as a user of its own, as it should. Otherwise it shares the operator's user, and the vault asks who is there.
if [ "$(id -u)" -eq 0 ]; then
    server_uid=65534
    as_server=(setpriv --reuid "$server_uid" --regid "$server_uid" --clear-groups)
else
    server_uid=$(id -u)
    as_server=()
fi
chmod 755 "$work" "$work/run"

say '1. A vault: sealed until a key opens it'
"$bin/warderd" --config "$work/warder.yaml" 2>"$work/warderd.log" &
daemon=$!
for _ in $(seq 100); do
    [ -S "$WARDER_OPERATOR_SOCKET" ] && break
    sleep 0.1
done
printf '%s' "$passphrase" | warder init --stdin --operator demo | sed 's/^/    /'
show warder status

say '2. A secret, a server, a tool, and a grant that joins them'
printf 'key-of-the-notes-service' >"$work/token"
chmod 644 "$work/token"
show warder secret put notes/api-key --file "$work/token" --owner platform
present server add notes --uid "$server_uid" --owner platform
present tool add notes/create_note --risk side-effect --owner platform --description 'Stores a note'
say '   A side effect needs an approval; this grant waives it, and the log and doctor say so'
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
