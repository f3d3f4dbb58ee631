/** Waiting for people: whether somebody has decided about a call. */

import { setTimeout as pause } from 'node:timers/promises';
import * as answers from './answers.js';
import { Code, WarderClientError } from './errors.js';
import * as requests from './requests.js';
import { deadline, left, orUntil } from './waiting.js';

/** Questions that wait at the vault at the same time. It lets one process have a few, and all of a user's not many more. */
export const mostQuestions = 4;
/** How long a question waits there, and the pause after one that could not be asked. */
const waitSeconds = 55;
const pauseSeconds = 1;

/** Asks the vault what became of approvals. Calls that wait for the same one share a question. */
export class Approvals {
  #connections;
  #configuration;
  /** By the approval: the question, how many calls wait for its answer, and what ends it. */
  #questions = new Map();
  /** No question leaves before this moment: the vault had too many, or was away. */
  #quietUntil = 0;
  #isClosed = false;

  constructor(connections, configuration) {
    this.#connections = connections;
    this.#configuration = configuration;
  }

  /** Whether anybody decided before `end`; what they decided says the next attempt. */
  async isDecided(approval, end, signal) {
    for (;;) {
      const seconds = end - this.#configuration.clock();
      if (!(seconds > 0)) return false;
      if (this.#isClosed) throw new WarderClientError(Code.closed);
      try {
        if (await this.#answer(approval, seconds, signal)) return true;
      } catch (error) {
        if (error.code !== Code.timedOut) throw error;
      }
    }
  }

  /** Ends all waiting as closed. */
  close() {
    this.#isClosed = true;
    for (const { ending } of this.#questions.values()) ending.abort();
  }

  /** What the question gives that is under way, or a new one. It ends when nobody waits for it any more. */
  async #answer(approval, seconds, signal) {
    let question = this.#questions.get(approval);
    if (question === undefined) {
      question = { waiting: 0, ending: new AbortController() };
      this.#questions.set(approval, question);
      question.answer = this.#ask(approval, seconds, question.ending.signal).finally(() => this.#forget(approval, question));
    }
    question.waiting += 1;
    try {
      return await orUntil(question.answer, seconds, signal);
    } finally {
      question.waiting -= 1;
      if (question.waiting === 0) {
        this.#forget(approval, question);
        question.ending.abort();
      }
    }
  }

  #forget(approval, question) {
    if (this.#questions.get(approval) === question) this.#questions.delete(approval);
  }

  async #ask(approval, seconds, signal) {
    const quiet = left(this.#quietUntil);
    if (quiet > 0) {
      await this.#pause(Math.min(seconds, quiet), signal);
      return false;
    }
    const patience = Math.min(Math.max(Math.trunc(seconds), 1), waitSeconds);
    // Where more approvals are waited for than may be asked about, they take turns.
    const crowd = Math.max(this.#questions.size, mostQuestions);
    const wait = Math.min(patience, Math.max(Math.trunc(waitSeconds * mostQuestions / crowd), 1));
    try {
      const request = requests.approval(approval, wait);
      return !answers.isPending(await this.#connections.send(request, this.#configuration.timeout + patience, signal));
    } catch (error) {
      // The vault forgot it, as after a restore: the call has to be asked about anew.
      if (error.code === Code.notFound) return true;
      if (!error.isRetryable) throw error;
      this.#quietUntil = Math.max(this.#quietUntil, deadline(Math.max(error.retryAfter ?? 0, pauseSeconds)));
      return false;
    }
  }

  async #pause(seconds, signal) {
    try {
      await pause(seconds * 1000, undefined, { signal });
    } catch {
      // Of those that nobody waits for, nobody hears.
      throw new WarderClientError(Code.closed);
    }
  }
}
