/** HTTP/1.1 answers as far as one local peer needs them (RFC 9112): no more than the vault says, and nothing it does not. */

import { Code, WarderClientError } from './errors.js';

const headLimit = 16_384;
const fieldLimit = 64;
const headEnd = Buffer.from('\r\n\r\n');
const statusLine = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: .*)?$/;
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0]*?)[ \t]*$/;
const chunkLine = /^([0-9a-fA-F]{1,8})(?:;.*)?$/;

/** Puts one answer after the other together from whatever pieces arrive, and leaves none of them behind. */
export class AnswerReader {
  #buffer = Buffer.allocUnsafeSlow(4_096);
  #length = 0;
  #limit = 0;
  #head;
  #isExpecting = false;

  /** Whether any byte of an answer is there. */
  get hasBegun() {
    return this.#length > 0;
  }

  /** Begins an answer whose body has at most `limit` bytes. */
  expect(limit) {
    this.#limit = limit;
    this.#head = undefined;
    this.#length = 0;
    this.#isExpecting = true;
  }

  /**
   * Takes bytes over; the piece is overwritten. Gives the answer, once it is whole: `{status, retryAfter, isKeepAlive,
   * body}`. Throws `protocol_violation` for what is no answer, too long, or was not asked for.
   */
  take(piece) {
    if (this.#length + piece.length > this.#buffer.length) {
      this.#grow(Math.max(this.#length + piece.length, 2 * this.#buffer.length));
    }
    const searched = Math.max(this.#length - 3, 0);
    piece.copy(this.#buffer, this.#length);
    piece.fill(0);
    this.#length += piece.length;
    if (!this.#isExpecting) throw violation();
    if (this.#head === undefined) {
      const end = this.#buffer.subarray(0, this.#length).indexOf(headEnd, searched);
      if ((end < 0 ? this.#length : end) > headLimit) throw violation();
      if (end < 0) return undefined;
      this.#head = headOf(this.#buffer.latin1Slice(0, end), end + headEnd.length);
      if (this.#head.length > this.#limit) throw violation();
    }
    const body = this.#head.length === undefined ? this.#unchunked() : this.#whole();
    if (body === undefined) return undefined;
    const { status, retryAfter, isKeepAlive } = this.#head;
    this.wipe();
    return { status, retryAfter, isKeepAlive, body };
  }

  /** Overwrites what has arrived. */
  wipe() {
    this.#buffer.fill(0, 0, this.#length);
    this.#length = 0;
    this.#isExpecting = false;
  }

  #whole() {
    const { end, length } = this.#head;
    if (end + length > this.#buffer.length) this.#grow(end + length);
    if (this.#length < end + length) return undefined;
    // Nobody asked for more. It must not be taken for the next answer.
    if (this.#length > end + length) throw violation();
    return this.#copied([[end, end + length]]);
  }

  /** The body of an answer in chunks. Walks through all of it each time: the vault sends none so far. */
  #unchunked() {
    const chunks = [];
    let at = this.#head.end;
    let total = 0;
    for (;;) {
      const lineEnd = this.#buffer.subarray(0, this.#length).indexOf('\r\n', at, 'latin1');
      if (lineEnd < 0) {
        if (this.#length - at > 1_024) throw violation();
        return undefined;
      }
      const match = chunkLine.exec(this.#buffer.latin1Slice(at, Math.min(lineEnd, at + 1_024)));
      if (match === null) throw violation();
      const size = Number.parseInt(match[1], 16);
      const [start, end] = [lineEnd + 2, lineEnd + 2 + size];
      total += size;
      if (total > this.#limit) throw violation();
      if (this.#length < end + 2) return undefined;
      if (this.#buffer.latin1Slice(end, end + 2) !== '\r\n') throw violation();
      at = end + 2;
      if (size === 0) break;
      chunks.push([start, end]);
    }
    if (this.#length > at) throw violation();
    return this.#copied(chunks);
  }

  #copied(parts) {
    const body = Buffer.allocUnsafeSlow(parts.reduce((sum, [start, end]) => sum + end - start, 0));
    let length = 0;
    for (const [start, end] of parts) length += this.#buffer.copy(body, length, start, end);
    return body;
  }

  #grow(size) {
    const larger = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer.fill(0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** `length`: bytes of the body, `undefined` where it comes in chunks. `end`: where it begins. */
function headOf(text, end) {
  const [first, ...lines] = text.split('\r\n');
  const status = statusLine.exec(first);
  if (status === null || lines.length > fieldLimit) throw violation();
  const fields = new Map();
  for (const line of lines) {
    const match = fieldLine.exec(line);
    if (match === null) throw violation();
    const name = match[1].toLowerCase();
    // Twice the same length is two opinions about where the answer ends.
    if (fields.has(name) && (name === 'content-length' || name === 'transfer-encoding')) throw violation();
    fields.set(name, match[2]);
  }
  const connection = fields.get('connection')?.toLowerCase();
  const delay = fields.get('retry-after') ?? '';
  const code = Number(status[2]);
  return {
    status: code,
    retryAfter: /^-?[0-9]{1,9}$/.test(delay) ? Number(delay) : undefined,
    isKeepAlive: status[1] === '1' ? connection !== 'close' : connection === 'keep-alive',
    length: lengthOf(code, fields.get('content-length'), fields.get('transfer-encoding')),
    end,
  };
}

function lengthOf(status, length, encoding) {
  if (status === 204 || status === 304) return 0;
  if (encoding !== undefined) {
    if (encoding.toLowerCase() !== 'chunked' || length !== undefined) throw violation();
    return undefined;
  }
  // An answer that ends with its connection could have lost its end; the vault gives none.
  if (!/^[0-9]{1,9}$/.test(length ?? '') || status < 200) throw violation();
  return Number(length);
}

function violation() {
  return new WarderClientError(Code.protocolViolation);
}
