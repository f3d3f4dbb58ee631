/** Resolves credentials at the moment a tool is called. */

import * as answers from './answers.js';
import { mostQuestions } from './approvals.js';
import { completed } from './configuration.js';
import { Connections } from './connections.js';
import { Code, CredentialRefused, WarderClientError } from './errors.js';
import { Follower } from './following.js';
import * as requests from './requests.js';
import { Resolver, SecretRequest } from './resolver.js';

/**
 * One client serves a whole process, for any number of calls at the same time.
 *
 * It keeps a few connections and short-lived tokens, and no value unless a call names `maxStale`: each call asks the
 * vault, so a rotated secret is the new one in the very next call.
 */
export class WarderClient {
  #configuration;
  #connections;
  /** For what waits at the vault: calls must not miss its connections. */
  #patient;
  #resolver;
  #followers = new Set();
  #isWatching = false;
  #isClosed = false;

  /** A client that connects when it is first used, for servers that must start while the vault is away. */
  constructor(configuration) {
    this.#configuration = completed(configuration);
    this.#connections = new Connections(this.#configuration.socketPath, this.#configuration.maximumConnections);
    this.#patient = new Connections(this.#configuration.socketPath, mostQuestions);
    this.#resolver = new Resolver(this.#connections, this.#patient, this.#configuration);
  }

  /** A client whose vault has answered. A sealed vault answers too. */
  static async connect(configuration) {
    const client = new WarderClient(configuration);
    try {
      await client.health();
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }

  /** The value of a secret, asked for now. */
  async resolve(secret, options) {
    return this.#resolve(new SecretRequest(secret, options));
  }

  /** Resolves a secret, runs `body` with it, and reports to the vault how the call went. */
  async withCredential(name, options = {}, body) {
    const { outcome = () => 'ok', ...wish } = options;
    const wanted = new SecretRequest(name, wish);
    let secret = await this.#resolve(wanted);
    try {
      try {
        return await this.#reporting(secret, body, outcome);
      } catch (refusal) {
        const other = refusal instanceof CredentialRefused ? await this.#another(secret) : undefined;
        if (other === undefined) throw refusal;
        secret = other;
      }
      return await this.#reporting(secret, body, outcome);
    } finally {
      // Not before: the question for another version goes out with its token as well.
      this.#resolver.finish(secret);
    }
  }

  /** Reports how a call went that was made with `secret`; `withCredential` does this by itself. */
  async report(report, secret) {
    this.#checkOpen();
    await this.#resolver.report(report, secret);
  }

  /** Whether the vault is unsealed. */
  async health() {
    this.#checkOpen();
    return this.#resolver.ask(requests.health, answers.health);
  }

  /** What the vault sees of this process, and which tools it may be. */
  async whoAmI() {
    this.#checkOpen();
    return this.#resolver.ask(requests.whoAmI, answers.whoAmI);
  }

  /** What changes for this process's servers, for as long as the next change is asked for. */
  async* changes({ maxStale = 60 } = {}) {
    this.#checkOpen();
    const follower = new Follower(this.#configuration, { keepsProcess: true });
    this.#followers.add(follower);
    try {
      yield* follower.changes(maxStale);
    } finally {
      this.#followers.delete(follower);
    }
  }

  /** Gives the tokens back and closes the connections. Calls that still wait, and later ones, fail as closed. */
  async close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const follower of this.#followers) follower.close();
    await this.#resolver.giveAllBack();
    this.#connections.close();
    this.#patient.close();
    await this.#resolver.endWaiting();
  }

  async #resolve(wanted) {
    this.#checkOpen();
    if (wanted.maxStale > 0) this.#watch();
    return this.#resolver.resolve(wanted);
  }

  /** Another version than the one that was refused; `undefined` where there is none, or it cannot be had. */
  async #another(refused) {
    try {
      return await this.#resolver.another(refused);
    } catch (error) {
      // What the call fails with is the refusal.
      if (error instanceof WarderClientError) return undefined;
      throw error;
    }
  }

  async #reporting(secret, body, outcome) {
    const start = performance.now();
    let said = 'error';
    try {
      const result = await body(secret);
      said = outcome(result);
      return result;
    } catch (error) {
      if (error instanceof CredentialRefused) said = 'refused';
      throw error;
    } finally {
      secret.wipe();
      await this.#conclude(secret, { outcome: said, durationMs: Math.trunc(performance.now() - start) });
    }
  }

  async #conclude(secret, report) {
    try {
      await this.#resolver.report(report, secret);
    } catch (error) {
      this.#configuration.reportFailed(error);
    }
  }

  /** Listens for changes of what is kept, from the first call on whose value may be. */
  #watch() {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const follower = new Follower(this.#configuration, { keepsProcess: false });
    this.#followers.add(follower);
    follower.follow((changes) => this.#resolver.heard(changes), (error) => this.#resolver.unheard(error));
  }

  #checkOpen() {
    if (this.#isClosed) throw new WarderClientError(Code.closed);
  }
}

if (Symbol.asyncDispose) WarderClient.prototype[Symbol.asyncDispose] = WarderClient.prototype.close;
