/** Values that do not show themselves. */

import { inspect } from 'node:util';

// Wipes what nobody wiped, once nobody can reach it any more.
const unreachable = new FinalizationRegistry((bytes) => bytes.fill(0));

/**
 * Bytes that neither `String`, `console.log`, `util.inspect` nor `JSON.stringify` shows, overwritten when they go.
 *
 * Best effort: the engine may have made copies that nobody can reach. What is kept out of the way is what leaks by
 * accident, into logs, stack traces and debuggers.
 */
export class Secret {
  #bytes;

  /** Takes the bytes over: whoever made them uses them no more. They must not be a part of a shared pool. */
  constructor(bytes) {
    this.#bytes = bytes;
    unreachable.register(this, bytes, this);
  }

  get byteLength() {
    return this.#bytes.length;
  }

  /** Whether nothing is left of it. */
  get isWiped() {
    return this.#bytes.length === 0;
  }

  /** An ordinary copy that nothing overwrites. Make it where it is used, and do not store it. */
  unprotectedBytes() {
    return Buffer.from(this.#bytes);
  }

  /**
   * An ordinary copy as text, for libraries that take credentials as `string`.
   *
   * Throws a `TypeError` that does not quote it if the value is not UTF-8.
   */
  unprotectedText() {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#bytes);
    } catch {
      throw new TypeError('the value is not UTF-8');
    }
  }

  /** Puts the bytes into a buffer, which is then as secret as this. */
  copyTo(target, start) {
    this.#bytes.copy(target, start);
  }

  /** Another secret with the same bytes, which goes its own way. */
  copy() {
    const bytes = Buffer.allocUnsafeSlow(this.#bytes.length);
    this.#bytes.copy(bytes);
    return new Secret(bytes);
  }

  /** Overwrites the bytes. */
  wipe() {
    this.#bytes.fill(0);
    this.#bytes = Buffer.alloc(0);
    unreachable.unregister(this);
  }

  toString() {
    return 'Secret(redacted)';
  }

  toJSON() {
    return 'Secret(redacted)';
  }

  [Symbol.toPrimitive]() {
    return 'Secret(redacted)';
  }

  [inspect.custom]() {
    return 'Secret(redacted)';
  }
}

// `using secret = …` of later versions of the language.
if (Symbol.dispose) Secret.prototype[Symbol.dispose] = Secret.prototype.wipe;

// What a secret was resolved with; a report about the call goes out under the same token. Apart from the object, so that
// nothing that walks through its properties meets a token.
const origins = new WeakMap();

/**
 * A secret as it is now, in one field or several of one version. Use it for the call it was asked for, then let it go: keeping it is how
 * credentials go stale.
 */
export class ResolvedSecret {
  #values;

  /** `values`: of the fields that were asked for, in their order. */
  constructor({ version, values, stale }, origin) {
    const { name, fields } = origin.request;
    this.#values = new Map(fields.map((field, index) => [field, values[index]]));
    this.name = name;
    this.field = fields[0];
    this.version = version;
    this.value = values[0];
    this.stale = stale;
    Object.freeze(this);
    origins.set(this, origin);
  }

  /** The value of a field that was asked for; `undefined` for others. */
  get(field) {
    return this.#values.get(field);
  }

  /** As `value.unprotectedText()`, of the only field or of the one that is named. */
  unprotectedText(field = this.field) {
    const value = this.#values.get(field);
    if (value === undefined) throw new TypeError('the field was not asked for');
    return value.unprotectedText();
  }

  /** Overwrites the values. */
  wipe() {
    for (const value of this.#values.values()) value.wipe();
  }

  toString() {
    return 'ResolvedSecret(redacted)';
  }

  toJSON() {
    return 'ResolvedSecret(redacted)';
  }

  [inspect.custom]() {
    return 'ResolvedSecret(redacted)';
  }
}

/** The token and the request that a secret came of. */
export function originOf(secret) {
  return origins.get(secret);
}
