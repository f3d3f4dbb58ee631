/** Where a vault listens: the same rule as the daemon and the command have, so that they meet. */

import { lstatSync } from 'node:fs';
import { userInfo } from 'node:os';

/**
 * The client socket that a process of this user means, or `undefined` where there is no place for one.
 *
 * `WARDER_SOCKET` goes before everything. Root means the machine's vault; another user as well where its socket exists,
 * else their own. Neither `HOME` nor `XDG_RUNTIME_DIR` is asked: programs started by an MCP client often lack them.
 */
export function clientSocket(environment, { run = '/run', uid = process.geteuid(), home = homeOf } = {}) {
  if (environment.WARDER_SOCKET) return environment.WARDER_SOCKET;
  const machine = `${run}/warder/client.sock`;
  if (uid === 0 || status(machine)?.isSocket()) return machine;
  const session = `${run}/user/${uid}`;
  if (isPrivate(session, uid)) return `${session}/warder/client.sock`;
  const directory = home(uid);
  return directory?.startsWith('/') ? `${directory}/.local/state/warder/run/client.sock` : undefined;
}

/** From the user database: unlike `os.homedir()`, `os.userInfo()` does not ask `HOME`. */
function homeOf() {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}

/** Whether the session directory is the user's alone: in any other, somebody else could wait for us. */
function isPrivate(directory, uid) {
  const found = status(directory);
  return found !== undefined && found.isDirectory() && found.uid === uid && (found.mode & 0o7777) === 0o700;
}

function status(path) {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
