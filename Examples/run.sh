#!/usr/bin/env bash
# A vault for this user, in the foreground. What it keeps stays; run it again to go on.
#
# usage: run.sh DIRECTORY-OF-THE-PROGRAMS
set -euo pipefail

bin=$(cd "${1:?usage: run.sh DIRECTORY-OF-THE-PROGRAMS}" && pwd)
whose='A vault for you alone.'
[ "$(id -u)" -ne 0 ] || whose="The vault of this machine, because you are root: /var/lib/warder, /run/warder."
[ -z "${WARDER_CONFIG:-}" ] || whose="The vault that $WARDER_CONFIG describes."
cat <<TEXT
$whose It runs until you press Ctrl-C; what it keeps stays where it is.

In a second terminal:

  export PATH=$bin:\$PATH
  warder init                                   # once: asks for a passphrase ('warder unseal' from then on)
  warder secret put github/pat                  # asks for the value

TEXT
exec "$bin/warderd" --with-worker
