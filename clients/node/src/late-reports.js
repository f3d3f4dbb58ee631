/** Reports of calls that used a kept value, which the vault hears of when it is back. */

import { Code } from './errors.js';

/** Reports that wait at most; the oldest make room. */
export const maximumLateReports = 256;

/**
 * Reports that wait for the vault, the oldest first; one is on its way at a time. Decides only: whoever holds it sends them.
 * What changes it gives the code of each report that is lost by that.
 */
export class LateReports {
  #waiting = [];
  #isSending = false;
  #isOver = false;

  /** The report to send now; `sent` or `putBack` is to follow. `undefined` where there is none. */
  next() {
    if (this.#isSending || this.#waiting.length === 0) return undefined;
    this.#isSending = true;
    return this.#waiting.shift();
  }

  /** The vault has it, or never will. */
  sent() {
    this.#isSending = false;
  }

  add(report) {
    if (this.#isOver) return [Code.closed];
    this.#waiting.push(report);
    if (this.#waiting.length <= maximumLateReports) return [];
    this.#waiting.shift();
    return [Code.overloaded];
  }

  /** The vault cannot take it yet. Where others have taken the place, the oldest is lost, which is this one. */
  putBack(report) {
    this.#isSending = false;
    if (this.#isOver) return [Code.closed];
    if (this.#waiting.length >= maximumLateReports) return [Code.overloaded];
    this.#waiting.unshift(report);
    return [];
  }

  /** Nothing waits any more. */
  end() {
    this.#isOver = true;
    return this.#waiting.splice(0).map(() => Code.closed);
  }
}
