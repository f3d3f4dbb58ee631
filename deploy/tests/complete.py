#!/usr/bin/env python3
"""Types the beginning of a command into a shell on a terminal of its own, presses Tab, and looks at what the shell makes of it.

usage: complete.py bash|zsh|fish TYPED EXPECTED      e.g. complete.py bash 'warder secret pro' 'warder secret promote'
"""
import os
import pty
import re
import select
import signal
import sys
import tempfile
import time

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], ". /usr/share/bash-completion/bash_completion"),
    "zsh": (["zsh", "-f", "-i"], "autoload -Uz compinit && compinit -u -D"),
    "fish": (["fish", "-i"], "true"),
}
PATIENCE = 30


def main() -> int:
    shell, typed, expected = sys.argv[1:]
    command, preparation = SHELLS[shell]
    home = tempfile.TemporaryDirectory(prefix="complete-", ignore_cleanup_errors=True)
    # fish makes completions of all manual pages in the background, and leaves them behind, unless it finds some.
    os.makedirs(f"{home.name}/fish/generated_completions")
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="dumb", PS1="> ", HOME=home.name, XDG_DATA_HOME=home.name, XDG_CONFIG_HOME=home.name)
        os.execvp(command[0], command)
    screen = ""

    def wait_for(text: str) -> bool:
        nonlocal screen
        end = time.monotonic() + PATIENCE
        while text not in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\x07\r\n]", "", screen):
            ready, _, _ = select.select([terminal], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                return False
            try:
                screen += os.read(terminal, 4096).decode(errors="replace")
            except OSError:
                return False
        return True

    try:
        # Put together by the shell, so that its echo of what was typed is not the answer.
        os.write(terminal, f"{preparation}; echo rea''dy\n".encode())
        found = wait_for("ready")
        screen = ""
        os.write(terminal, f"{typed}\t".encode())
        found = found and wait_for(expected)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        home.cleanup()
    if not found:
        print(f"{shell} made this of it: {screen!r}")
    return 0 if found else 1


sys.exit(main())
