/** How a client finds the vault and how much it asks of it. */

import { uptime } from 'node:os';
import { inspect } from 'node:util';
import { Code, WarderClientError } from './errors.js';
import { clientSocket } from './places.js';

/** That may be kept open for one purpose. */
const mostConnections = 64;

/** The settings of a client, checked, with the defaults where nothing was said. */
export function completed({
  socketPath = clientSocket(process.env),
  timeout = 10,
  approvalPatience = 0,
  maximumConnections = 8,
  maximumCalls = 4096,
  clock,
  reportFailed,
  jitter = Math.random,
  ...others
} = {}) {
  // A misspelt one would be left out in silence, and another vault be asked.
  if (Object.keys(others).length > 0) throw new TypeError('a setting that a WarderClient does not have');
  // `sun_path` has 108 bytes, and the last one is NUL.
  if (typeof socketPath !== 'string' || !socketPath.startsWith('/') || socketPath.includes('\0')
    || Buffer.byteLength(socketPath) > 107) {
    throw new WarderClientError(Code.invalidConfiguration);
  }
  return {
    socketPath,
    timeout: Math.min(Math.max(timeout, 0.001), 3600),
    approvalPatience,
    maximumConnections: Math.min(Math.max(maximumConnections, 1), mostConnections),
    maximumCalls,
    // Seconds since the machine was started: nobody can set it, and it goes on while the machine sleeps, as
    // `performance.now()` does not.
    clock: clock ?? uptime,
    tokenClock: clock ?? sampled(uptime),
    reportFailed: contained(reportFailed),
    jitter,
  };
}

/** What goes wrong in it ends neither calls nor other reports nor the process: it is a warning of the process. */
function contained(reportFailed) {
  return (error) => {
    (async () => reportFailed?.(error))()
      .catch((fault) => process.emitWarning(fault instanceof Error ? fault : inspect(fault)));
  };
}

/**
 * Reads a slow clock ten times a second at most, and goes on from there. It may be wrong by as long as the machine slept
 * in such a tenth: good enough for tokens, because the vault does not accept an old one.
 */
function sampled(clock) {
  let value = 0;
  let read = -Infinity;
  return () => {
    const now = performance.now();
    if (now - read >= 100) [value, read] = [clock(), now];
    return value + (now - read) / 1000;
  };
}
