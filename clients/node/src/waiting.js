/** Waiting for no longer than there is time. */

import { Code, WarderClientError } from './errors.js';

/** The moment so many seconds from now, on the clock of `performance.now()`. */
export function deadline(seconds) {
  return performance.now() + seconds * 1000;
}

/** Seconds until then. */
export function left(end) {
  return (end - performance.now()) / 1000;
}

/** What a promise gives, unless the time or the caller's patience ends before. */
export async function orUntil(promise, seconds, signal) {
  let alarm;
  let cancel;
  const end = new Promise((_, reject) => {
    cancel = () => reject(new WarderClientError(Code.cancelled));
    // A timer goes no further than 24 days, and rings at once where it is set to.
    alarm = setTimeout(() => reject(new WarderClientError(Code.timedOut)), milliseconds(seconds));
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel);
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(alarm);
    signal?.removeEventListener('abort', cancel);
  }
}

function milliseconds(seconds) {
  return Math.min(Math.max(seconds, 0) * 1000, 0x7fff_ffff);
}
