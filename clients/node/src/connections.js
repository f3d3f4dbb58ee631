/**
 * Connections to the vault's socket.
 *
 * By hand over `node:net` and not by `node:http`, which would make a string of every token, keep pieces of answers where
 * nobody can overwrite them, and take twice as long.
 */

import net from 'node:net';
import { AnswerReader } from './answer-reader.js';
import { Code, WarderClientError } from './errors.js';

const connectSeconds = 2;
const pieceBytes = 16_384;

/** A connection that had been kept open is of no use: the request went unanswered, or was not sent at all. */
class Stale extends Error {}

/** A few connections, kept open between requests. Requests go out first come, first served. */
export class Connections {
  #path;
  #limit;
  #keepsProcess;
  /** Those that wait for a request; the one used last goes first, so that the others can end. */
  #idle = [];
  #open = new Set();
  #connecting = 0;
  #waiting = [];
  #isClosed = false;

  /** `keepsProcess`: whether a request that waits for its answer keeps the process from ending. */
  constructor(path, limit, { keepsProcess = true } = {}) {
    this.#path = path;
    this.#limit = limit;
    this.#keepsProcess = keepsProcess;
  }

  /**
   * One request and its answer, `{status, retryAfter, body}`.
   *
   * `seconds` bounds all of it, waiting included. `keepsProcess`: whether this one keeps the process from ending. The body may
   * hold a secret: whoever reads it wipes it.
   */
  send(request, seconds, signal, keepsProcess = this.#keepsProcess) {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new WarderClientError(Code.closed);
      if (signal?.aborted) throw new WarderClientError(Code.cancelled);
      if (!(seconds > 0)) throw new WarderClientError(Code.timedOut);
      const exchange = { request, keepsProcess, connection: undefined, isSecond: false, settle: undefined };
      const cancel = () => this.#giveUp(exchange, new WarderClientError(Code.cancelled));
      const alarm = setTimeout(() => this.#giveUp(exchange, new WarderClientError(Code.timedOut)), seconds * 1000);
      if (!keepsProcess) alarm.unref();
      signal?.addEventListener('abort', cancel);
      exchange.settle = (error, answer) => {
        clearTimeout(alarm);
        signal?.removeEventListener('abort', cancel);
        exchange.settle = () => {};
        if (error === undefined) resolve(answer);
        else reject(error);
      };
      this.#waiting.push(exchange);
      this.#serve();
    });
  }

  /** Closes all connections; whatever waits or is in flight fails as closed. */
  close() {
    this.#isClosed = true;
    for (const exchange of this.#waiting.splice(0)) exchange.settle(new WarderClientError(Code.closed));
    for (const connection of this.#open) connection.close(new WarderClientError(Code.closed));
  }

  #serve() {
    while (this.#waiting.length > 0 && this.#idle.length > 0) this.#start(this.#waiting.shift(), this.#idle.pop());
    while (this.#connecting < this.#waiting.length && this.#connecting + this.#open.size < this.#limit) this.#connect();
  }

  #start(exchange, connection) {
    exchange.connection = connection;
    connection.exchange(exchange, (error, answer) => {
      exchange.connection = undefined;
      if (answer?.isKeepAlive && this.#open.has(connection)) this.#idle.push(connection);
      else if (answer !== undefined) connection.close();
      if (error instanceof Stale) this.#sendAgain(exchange);
      else exchange.settle(error, answer);
      if (!this.#isClosed) this.#serve();
    });
  }

  /** Sends a request once more. The other kept connections are as old as the one that broke, and go. */
  #sendAgain(exchange) {
    for (const connection of this.#idle.splice(0)) connection.close();
    if (exchange.isSecond || this.#isClosed) {
      exchange.settle(new WarderClientError(this.#isClosed ? Code.closed : Code.unreachable));
      return;
    }
    exchange.isSecond = true;
    this.#waiting.unshift(exchange);
  }

  #giveUp(exchange, error) {
    const place = this.#waiting.indexOf(exchange);
    if (place >= 0) this.#waiting.splice(place, 1);
    exchange.settle(error);
    // What is still to come must not be taken for the next answer.
    exchange.connection?.close(error);
  }

  async #connect() {
    this.#connecting += 1;
    try {
      const socket = await connected(this.#path);
      const connection = new Connection(socket, () => this.#lost(connection));
      this.#open.add(connection);
      if (this.#isClosed) connection.close();
      else this.#idle.push(connection);
    } catch (error) {
      // Each failed attempt was made for one request, so a vault that is away is not asked without end.
      this.#waiting.shift()?.settle(error);
    } finally {
      this.#connecting -= 1;
      if (!this.#isClosed) this.#serve();
    }
  }

  #lost(connection) {
    this.#open.delete(connection);
    const place = this.#idle.indexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
    if (!this.#isClosed) this.#serve();
  }
}

/** One connection, with one request in flight at most. */
class Connection {
  #socket;
  #reader = new AnswerReader();
  #reply;
  #outgoing;
  /** Whether an answer came over it before: only then can the vault have closed it before the next request. */
  #isKept = false;

  constructor(socket, lost) {
    this.#socket = socket;
    socket.unref();
    socket.received = (piece) => this.#received(piece);
    socket.on('end', () => this.close());
    socket.on('close', () => {
      this.close();
      lost();
    });
  }

  /** Sends a request; `reply(error, answer)` is called once. */
  exchange({ request, keepsProcess }, reply) {
    this.#reply = reply;
    if (this.#socket.destroyed) {
      this.close();
      return;
    }
    if (keepsProcess) this.#socket.ref();
    this.#reader.expect(request.limit);
    this.#outgoing = encoded(request);
    this.#socket.write(this.#outgoing);
  }

  /** Closes it; whatever is in flight fails with `error`, or may be sent again where that is sound. */
  close(error) {
    const isStale = this.#isKept && !this.#reader.hasBegun;
    this.#reader.wipe();
    this.#socket.destroy();
    this.#finish(error ?? (isStale ? new Stale() : new WarderClientError(Code.unreachable)));
  }

  #received(piece) {
    let answer;
    try {
      answer = this.#reader.take(piece);
    } catch (error) {
      // Whoever is at the other end does not keep to the protocol.
      this.close(error);
      return;
    }
    if (answer === undefined) return;
    this.#isKept = true;
    this.#socket.unref();
    this.#finish(undefined, answer);
  }

  #finish(error, answer) {
    const reply = this.#reply;
    this.#reply = undefined;
    // It holds a token. Whether an answer came or the connection is gone: nobody sends it any more.
    this.#outgoing?.fill(0);
    this.#outgoing = undefined;
    reply?.(error, answer);
  }
}

/** A connected socket. What it receives goes to its `received`, in a piece that is used again. */
async function connected(path) {
  const giveUp = performance.now() + connectSeconds * 1000;
  for (;;) {
    try {
      return await new Promise((resolve, reject) => {
        const buffer = Buffer.allocUnsafeSlow(pieceBytes);
        const callback = (count, bytes) => socket.received?.(bytes.subarray(0, count));
        const socket = net.connect({ path, onread: { buffer, callback } });
        socket.on('error', reject);
        socket.on('connect', () => resolve(socket));
      });
    } catch (error) {
      // The queue of whoever listens is full, and nothing tells when it is not.
      if (error.code !== 'EAGAIN' || performance.now() > giveUp) {
        throw new WarderClientError(Code.unreachable, { systemError: -error.errno });
      }
    }
    // Who keeps the process meanwhile is the request.
    await new Promise((resolve) => { setTimeout(resolve, 5).unref(); });
  }
}

/** The request as it goes over the wire. It holds a token: whoever has sent it wipes it. */
function encoded({ method, path, traceparent, known, body, token }) {
  let head = `${method} ${path} HTTP/1.1\r\nHost: warder\r\n`;
  if (traceparent !== undefined) head += `traceparent: ${traceparent}\r\n`;
  if (known !== undefined) head += `If-None-Match: "v${known}"\r\n`;
  if (body !== undefined) head += `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  if (token === undefined) return Buffer.from(`${head}\r\n${body ?? ''}`);
  head += 'Authorization: Bearer ';
  const end = `\r\n\r\n${body ?? ''}`;
  const bytes = Buffer.allocUnsafeSlow(head.length + token.text.byteLength + Buffer.byteLength(end));
  bytes.latin1Write(head);
  token.text.copyTo(bytes, head.length);
  bytes.utf8Write(end, head.length + token.text.byteLength);
  return bytes;
}
