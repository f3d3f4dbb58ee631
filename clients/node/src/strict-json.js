/**
 * A strict parser of JSON (RFC 8259) over bytes, for answers that hold secrets.
 *
 * `JSON.parse` would make them ordinary strings, which nothing can overwrite, and takes keys that stand twice. Here strings
 * of members that are named secret, of the outermost object and of those in its lists, go from one buffer into another.
 */

import { Secret } from './secret.js';

const maximumDepth = 32;
/** Of objects in a list of the outermost object. */
const secretDepth = 2;
const escapes = { 0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09 };
const literals = new Map([['true', true], ['false', false], ['null', null]]);
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** The bytes are no JSON. */
export class Malformed extends Error {}

/** The value; members with one of the names, down to those of objects in a list, are `Secret`s where they are strings. */
export function parse(body, secretKeys = []) {
  const parser = new Parser(body, new Set(secretKeys));
  const value = parser.value(0);
  parser.skipSpace();
  if (parser.at !== body.length) throw new Malformed();
  return value;
}

class Parser {
  at = 0;

  constructor(bytes, secretKeys) {
    this.bytes = bytes;
    this.secretKeys = secretKeys;
  }

  value(depth) {
    if (depth > maximumDepth) throw new Malformed();
    switch (this.peek()) {
      case 0x7b: return this.object(depth);
      case 0x5b: return this.array(depth);
      case 0x22: return this.text();
      default: return this.scalar();
    }
  }

  object(depth) {
    const members = Object.create(null);
    this.at += 1;
    if (this.take(0x7d)) return members;
    do {
      if (this.peek() !== 0x22) throw new Malformed();
      const key = this.text();
      if (key in members || !this.take(0x3a)) throw new Malformed();
      members[key] = depth <= secretDepth && this.secretKeys.has(key) && this.peek() === 0x22
        ? new Secret(this.string())
        : this.value(depth + 1);
    } while (this.take(0x2c));
    if (!this.take(0x7d)) throw new Malformed();
    return members;
  }

  array(depth) {
    const elements = [];
    this.at += 1;
    if (this.take(0x5d)) return elements;
    do elements.push(this.value(depth + 1)); while (this.take(0x2c));
    if (!this.take(0x5d)) throw new Malformed();
    return elements;
  }

  /** A string that may be seen. */
  text() {
    const start = this.at + 1;
    let end = start;
    while (isPlain(this.bytes[end])) end += 1;
    if (this.bytes[end] === 0x22) {
      this.at = end + 1;
      return this.bytes.latin1Slice(start, end);
    }
    try {
      return strict.decode(this.string());
    } catch {
      throw new Malformed();
    }
  }

  /** The bytes of a string without its escapes, in a buffer of their own. */
  string() {
    const start = this.at + 1;
    const end = this.#closingQuote(start);
    this.at = end + 1;
    // As long as it can get, so that it never moves and leaves a copy behind.
    const output = Buffer.allocUnsafeSlow(end - start);
    let length = 0;
    let from = start;
    for (;;) {
      const backslash = this.bytes.subarray(from, end).indexOf(0x5c);
      const stop = backslash < 0 ? end : from + backslash;
      length += this.bytes.copy(output, length, from, stop);
      if (stop === end) break;
      from = stop;
      if (this.bytes[from + 1] === 0x75) {
        let [character, after] = [this.#unit(from, end), from + 6];
        if (character >= 0xdc00 && character <= 0xdfff) throw new Malformed();
        if (character >= 0xd800 && character <= 0xdbff) {
          const low = this.bytes[after] === 0x5c && this.bytes[after + 1] === 0x75 ? this.#unit(after, end) : 0;
          if (low < 0xdc00 || low > 0xdfff) throw new Malformed();
          character = 0x10000 + ((character - 0xd800) << 10) + (low - 0xdc00);
          after += 6;
        }
        length += output.write(String.fromCodePoint(character), length);
        from = after;
      } else {
        const character = escapes[this.bytes[from + 1]];
        if (character === undefined) throw new Malformed();
        output[length] = character;
        length += 1;
        from += 2;
      }
    }
    return output.subarray(0, length);
  }

  scalar() {
    const start = this.at;
    while (isScalar(this.bytes[this.at])) this.at += 1;
    const text = this.bytes.latin1Slice(start, this.at);
    if (number.test(text)) return Number(text);
    const value = literals.get(text);
    if (value === undefined) throw new Malformed();
    return value;
  }

  /** The next byte that is no space. */
  peek() {
    this.skipSpace();
    return this.bytes[this.at];
  }

  take(byte) {
    if (this.peek() !== byte) return false;
    this.at += 1;
    return true;
  }

  skipSpace() {
    while (isSpace(this.bytes[this.at])) this.at += 1;
  }

  #closingQuote(start) {
    for (let at = start; at < this.bytes.length; at += 1) {
      const byte = this.bytes[at];
      if (byte === 0x22) return at;
      if (byte === 0x5c) at += 1;
      else if (byte < 0x20) throw new Malformed();
    }
    throw new Malformed();
  }

  /** The four hexadecimal digits of an escape. */
  #unit(at, end) {
    const digits = this.bytes.toString('latin1', at + 2, Math.min(at + 6, end));
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new Malformed();
    return Number.parseInt(digits, 16);
  }
}

function isSpace(byte) {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** A character of a string that stands for itself, and for the same in every encoding. */
function isPlain(byte) {
  return byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c;
}

/** Letters, digits, and what numbers have besides. */
function isScalar(byte) {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x45
    || byte === 0x2d || byte === 0x2b || byte === 0x2e;
}
