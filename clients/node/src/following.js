/** Follows changes, one question after the other. */

import { setTimeout as pause } from 'node:timers/promises';
import * as answers from './answers.js';
import { Connections } from './connections.js';
import { Code, WarderClientError } from './errors.js';
import * as requests from './requests.js';

/** How long a question waits at the vault. */
const waitSeconds = 55;
/** Shortest time between two questions. Changes that come together come in one answer. */
const rhythm = 0.1;
const shortestPause = 0.5;
const longestPause = 30;
// A server that was blocked may be let in again while this process lives, and an older vault, which has no such route, be
// replaced by a later one.
const refusedPause = 60;

const everything = { kind: 'everything' };
const outOfTouch = { kind: 'out_of_touch' };

/** Something that changed for what a server made of a secret. */
export class Change {
  constructor({ kind, secret, version }) {
    this.kind = kind;
    this.secret = secret;
    this.version = version;
    Object.freeze(this);
  }

  /** Whether what was made of a secret has to be made anew, or may have to be. */
  concerns(secret) {
    return this.secret === undefined || this.secret === secret;
  }
}

/** One who asks `GET /v1/changes`, over a connection of their own: one that waits must not be missing elsewhere. */
export class Follower {
  #connections;
  #configuration;
  #closing = new AbortController();

  constructor(configuration, { keepsProcess }) {
    this.#configuration = configuration;
    this.#connections = new Connections(configuration.socketPath, 1, { keepsProcess });
    this.keepsProcess = keepsProcess;
  }

  /** What changes, for as long as somebody asks for the next change. Throws what asking again does not mend. */
  async* changes(maxStale) {
    for await (const news of this.#news(maxStale, () => {})) yield* news;
  }

  /** What each answer says, and what is to be said in between; `failed` takes why a question had none. */
  async* #news(maxStale, failed) {
    const { timeout, jitter, clock } = this.#configuration;
    const outage = new Outage(maxStale, clock, jitter);
    let cursor;
    try {
      for (;;) {
        const asked = clock();
        let answer;
        try {
          const wait = cursor === undefined ? 0 : waitSeconds;
          const request = requests.changes(cursor, wait);
          answer = answers.changes(await this.#connections.send(request, timeout + wait));
        } catch (error) {
          failed(error);
          const seconds = outage.failed(error);
          if (seconds === undefined) yield [new Change(outOfTouch)];
          else await this.#pause(seconds);
          continue;
        }
        // Nobody can know what was there before the first question.
        const isNew = answer.reset || cursor === undefined || outage.isTold;
        cursor = answer.next;
        outage.end();
        yield (isNew ? [everything] : answer.changes).map((change) => new Change(change));
        // A vault that answers at once must not make this a loop without rest.
        await this.#pause(Math.max(asked + rhythm - clock(), 0));
      }
    } finally {
      this.#connections.close();
    }
  }

  /**
   * Follows for the client itself, until it is closed. `heard` takes the changes of each answer, which may be none; `unheard` why
   * a question had no answer.
   */
  async follow(heard, unheard) {
    while (!this.#closing.signal.aborted) {
      try {
        for await (const news of this.#news(Infinity, unheard)) heard(news);
      } catch {
        await this.#pause(refusedPause).catch(() => {});
        this.#connections = new Connections(this.#configuration.socketPath, 1, { keepsProcess: this.keepsProcess });
      }
    }
  }

  /** Ends whoever asks. */
  close() {
    this.#closing.abort();
    this.#connections.close();
  }

  async #pause(seconds) {
    try {
      await pause(seconds * 1000, undefined, { ref: this.keepsProcess, signal: this.#closing.signal });
    } catch {
      throw new WarderClientError(Code.closed);
    }
  }
}

/** When to ask a vault again that does not answer, and when what is known counts as stale. Decides only. */
class Outage {
  #since;
  #failures = 0;
  /** Whether somebody was told that what they know is stale. */
  isTold = false;

  constructor(maxStale, clock, jitter) {
    this.maxStale = Math.max(maxStale, 0);
    this.clock = clock;
    this.jitter = jitter;
  }

  /**
   * A question has failed. Gives the seconds before the next one; `undefined` when the time has come to say that what is
   * known is stale, once for each outage.
   */
  failed(error) {
    if (!error.isRetryable || error.code === Code.overloaded) throw error;
    const now = this.clock();
    this.#since ??= now;
    const left = this.maxStale - (now - this.#since);
    if (!this.isTold && left <= 0) {
      this.isTold = true;
      return undefined;
    }
    // Between half of it and all of it, so that many servers do not come back together.
    const doubled = Math.min(shortestPause * 2 ** Math.min(this.#failures, 6), longestPause);
    this.#failures += 1;
    const seconds = Math.max(doubled * (0.5 + 0.5 * this.jitter()), error.retryAfter ?? 0);
    return this.isTold ? seconds : Math.min(seconds, left);
  }

  /** The vault has answered. */
  end() {
    this.#since = undefined;
    this.#failures = 0;
    this.isTold = false;
  }
}
