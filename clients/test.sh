#!/usr/bin/env bash
# Everything about the client libraries for Python and Node: types, tests, packages, examples, and the table of behaviours against the real
# daemon. For Python the official SDK in two versions, from PyPI; for Node only its shapes in two versions, written down by hand from its
# sources, and no packages. And real MCP servers that know nothing of the vault, driven by the official client.
#
# usage: test.sh DIRECTORY-OF-THE-PROGRAMS
#
# Needs Python 3.10 or later with venv (PYTHON names another), Node 20, openssl, Debian's TypeScript compiler and declarations of Node, and
# PyPI for mypy, build, mcp and the servers; no npm registry. The last part looks into other processes, and needs root. What it downloads
# lies in .build/clients.
set -euo pipefail

programs=$(cd "${1:?usage: test.sh DIRECTORY-OF-THE-PROGRAMS}" && pwd)
cd "$(dirname "$0")"
work=$(pwd)/../.build/clients
python=${PYTHON:-python3}

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# A virtual environment with packages of PyPI, made once.
environment() {
    local place=$work/$1
    shift
    if [ ! -e "$place/ready" ]; then
        rm -rf "$place"
        mkdir -p "$work"
        "$python" -m venv "$place"
        "$place/bin/pip" install --quiet --disable-pip-version-check "$@"
        touch "$place/ready"
    fi
}

say 'Python: tests'
(cd python && PYTHONPATH=src "$python" -W error -m unittest discover -s tests -t .)

say 'Python: types'
environment tools mypy build 'mcp>=2,<3'
(cd python && "$work/tools/bin/mypy")

say 'Python: the package'
rm -rf "$work/wheel" python/build
"$work/tools/bin/python" -m build --wheel --outdir "$work/wheel" python >/dev/null
rm -rf python/build python/src/*.egg-info
"$python" -m venv --clear "$work/installed"
"$work/installed/bin/pip" install --quiet --disable-pip-version-check --no-index "$work"/wheel/*.whl
"$work/installed/bin/python" -c 'import warder_client, pathlib; assert pathlib.Path(warder_client.__file__).with_name("py.typed").exists()'

for version in 2 1; do
    say "Python: the official SDK, version $version"
    environment "mcp$version" "mcp>=$version,<$((version + 1))"
    (cd python && PYTHONPATH=src "$work/mcp$version/bin/python" -m unittest sdk_tests.test_sdk)
done

say 'Node: tests'
(cd node && node --expose-gc --test test/)

say 'Node: types, and the shapes of the official SDK as they are written down here'
node/test/types/check.sh "$work/types"

say 'Examples'
../Examples/notes-servers-test.py --programs "$programs" --sdk "$work/mcp2/bin/python"

say 'One table of behaviours'
"$python" conformance/run.py --programs "$programs"

say 'Remote servers'
"$work/mcp2/bin/python" remote-servers/remote_servers.py --programs "$programs" --environments "$work"

say 'Real servers'
# Each with the SDK that it was made for: they do not go together in one environment.
environment servers/grafana mcp-grafana==2.1.1
environment servers/gitlab mcp-gitlab==0.21.2 fastmcp==4.1.2 mcp==2.3.0
environment servers/atlassian mcp-atlassian==0.23.1 fastmcp==3.4.10 mcp==1.30.0
"$work/mcp2/bin/python" real-servers/real_servers.py --programs "$programs" --environments "$work/servers"
