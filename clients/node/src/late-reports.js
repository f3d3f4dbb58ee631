/** Reports of calls that used a kept value, which the vault hears of when it is back. */

import { Code } from './errors.js';

/** Reports that wait at most; the oldest make room. */
export const maximumLateReports = 256;

/**
 * Reports that wait for the vault, the oldest first. Decides only: whoever holds it sends them. What changes it gives the code
 * of each report that is lost by that.
 */
export class LateReports {
  #waiting = [];
  #isOver = false;

  get isEmpty() {
    return this.#waiting.length === 0;
  }

  /** Takes the oldest out; `undefined` where none waits. */
  next() {
    return this.#waiting.shift();
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
