/** Values that calls may use while the vault cannot be asked, for as long as the grant and each call allow. */

import { Code } from './errors.js';
import { maximumKeys } from './tokens.js';

/** Nobody could be asked. A vault that answers otherwise has said no, or has a reason to release nothing. */
export const outages = new Set([Code.unreachable, Code.timedOut, Code.unavailable]);

/** The vault is there and keeps everything back: what was kept from it goes. */
const closings = new Set([Code.sealed, Code.notInitialised, Code.restoredVault]);

/**
 * Keeps a value for calls that name `maxStale`, and for no others; decides when it may be used. A clock is not looked at
 * here: callers say what time it is.
 */
export class KeptValues {
  #values = new Map();
  /** Whether the vault has refused to say what changes: nobody would tell when a value has to go. */
  #isUntold = false;

  get isEmpty() {
    return this.#values.size === 0;
  }

  /**
   * Keeps values in place of those before; the one that was kept longest makes room. `limit`: the longest time that
   * the vault allows, in seconds; 0 is never.
   */
  keep(request, { version, values, asked, limit }) {
    if (this.#values.get(request.key)?.asked > asked || limit === 0 || this.#isUntold) {
      for (const value of values) value.wipe();
      if (limit === 0) this.forget(request);
      return;
    }
    this.forget(request);
    if (this.#values.size >= maximumKeys) this.#drop(this.#values.keys().next().value);
    this.#values.set(request.key, { secret: request.name, version, values, asked, limit });
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
    this.#isUntold = false;
    for (const change of changes) {
      // Being out of touch is what values are kept for.
      if (change.kind === 'out_of_touch') continue;
      for (const [key, kept] of this.#values) if (change.concerns(kept.secret)) this.#drop(key);
    }
  }

  /**
   * A question for changes has brought no answer. Where the vault refused it, nothing is kept until it answers one: a server
   * that it has blocked must not go on with what it has. An older vault, which tells no changes, has no such route.
   */
  unheard(error) {
    const isRefused = error.isRefusal && error.code !== Code.notFound;
    if (!isRefused && !closings.has(error.code) && error.code !== Code.unknown) return;
    this.clear();
    this.#isUntold = true;
  }

  /** Forgets one value, such as one that its upstream did not accept. */
  forget(request) {
    this.#drop(request.key);
  }

  clear() {
    for (const key of this.#values.keys()) this.#drop(key);
  }

  #drop(key) {
    for (const value of this.#values.get(key)?.values ?? []) value.wipe();
    this.#values.delete(key);
  }
}
