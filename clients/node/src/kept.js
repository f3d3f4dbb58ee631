/** Values that calls may use while the vault cannot be asked, for as long as the grant and each call allow. */

import { Code } from './errors.js';
import { maximumKeys } from './tokens.js';

/** Bytes of all values that are kept together. */
export const maximumBytes = 4 << 20;

/** Nobody could be asked. A vault that answers otherwise has said no, or has a reason to release nothing. */
export const outages = new Set([Code.unreachable, Code.timedOut, Code.unavailable]);

/** The vault is there and keeps everything back: what was kept from it goes. */
const closings = new Set([Code.sealed, Code.notInitialised, Code.restoredVault]);

/** Whether a report that met it may be taken later: the vault is away, closed, or has no room for it now. */
export const leavesReports = (error) => error.isRetryable || closings.has(error.code);

/**
 * Keeps a value for calls that name `maxStale`, and for no others; decides when it may be used. A clock is not looked at
 * here: callers say what time it is.
 */
export class KeptValues {
  #values = new Map();
  #size = 0;
  /** How often the vault has said something against values that may still be on their way. */
  #words = 0;
  /**
   * Whether the vault tells what changes, or is too old for that. Before, and where it refuses, nobody would tell when a value has to
   * go.
   */
  #isTold = false;
  #isOver = false;

  get isEmpty() {
    return this.#values.size === 0;
  }

  /**
   * To be noted before a value is asked for. What comes of it is kept only where the vault has said nothing since that could be
   * against it: answers over two connections may be read in another order than they were given in.
   */
  question(now) {
    return { asked: now, words: this.#words };
  }

  /**
   * Keeps values in place of those before; those that were asked for longest ago make room. `limit`: the longest time that
   * the vault allows, in seconds; 0 is never.
   */
  keep(request, { version, values, limit }, { asked, words }) {
    const isOlder = this.#values.get(request.key)?.asked > asked;
    if (!isOlder) this.#drop(request.key);
    const size = values.reduce((sum, value) => sum + value.byteLength, 0);
    const isCurrent = !isOlder && this.#isTold && !this.#isOver && words === this.#words;
    if (!isCurrent || limit === 0 || size > maximumBytes) {
      for (const value of values) value.wipe();
      return;
    }
    while (this.#values.size >= maximumKeys || this.#size + size > maximumBytes) this.#drop(this.#oldest());
    this.#values.set(request.key, { secret: request.name, version, values, size, asked, limit });
    this.#size += size;
  }

  /** The value for a call that could not ask. */
  usable(request, now) {
    const kept = this.#values.get(request.key);
    if (kept === undefined) return undefined;
    return now - kept.asked <= Math.min(request.maxStale, kept.limit) ? kept : undefined;
  }

  /** What was refused is not used any more; of a vault that is closed, nothing is. */
  failed(request, error) {
    if (closings.has(error.code)) this.clear();
    else if (error.isRefusal) this.forget(request);
  }

  /**
   * What the vault has told of changes. Whatever it says of a secret ends what is kept of it: the version may be the same, and
   * what the tool may have another.
   */
  heard(changes) {
    this.#begin();
    for (const change of changes) {
      // Being out of touch is what values are kept for.
      if (change.kind === 'out_of_touch') continue;
      this.#words += 1;
      for (const [key, kept] of this.#values) if (change.concerns(kept.secret)) this.#drop(key);
    }
  }

  /**
   * A question for changes has brought no answer. Where the vault refused it, nothing is kept until it answers one: a server
   * that it has blocked must not go on with what it has. An older vault, which tells no changes, has no such route: it is left
   * alone.
   */
  unheard(error) {
    if (error.code === Code.notFound) {
      this.#begin();
    } else if (error.isRefusal || closings.has(error.code) || error.code === Code.unknown) {
      this.clear();
      this.#isTold = false;
    }
  }

  /** Forgets one value, such as one that its upstream did not accept. */
  forget(request) {
    this.#words += 1;
    this.#drop(request.key);
  }

  clear() {
    this.#words += 1;
    for (const key of this.#values.keys()) this.#drop(key);
  }

  /** Forgets all of them, and keeps none any more. */
  end() {
    this.#isOver = true;
    this.clear();
  }

  /** From now on the vault tells. What was asked for before, and changed before it did, nobody would tell of. */
  #begin() {
    if (!this.#isTold) this.#words += 1;
    this.#isTold = true;
  }

  #oldest() {
    return [...this.#values].reduce((oldest, each) => (each[1].asked < oldest[1].asked ? each : oldest))[0];
  }

  #drop(key) {
    const kept = this.#values.get(key);
    if (kept === undefined) return;
    for (const value of kept.values) value.wipe();
    this.#size -= kept.size;
    this.#values.delete(key);
  }
}
