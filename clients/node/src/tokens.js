/** Which token a call uses, and when to ask for another one. */

import { canonical } from './canonical.js';
import { Code, WarderClientError } from './errors.js';
import { isDigest, isTool, wellFormedTrace } from './names.js';

const notWellFormed = (part) => new WarderClientError(Code.invalidRequest, { part });

/** Keys that are kept; claims such as sessions could make any number of them. */
export const maximumKeys = 256;

/**
 * What a call needs a token for.
 *
 * Calls with the same key share a token. Arguments and purpose belong to one call alone, so a call that names any has a
 * token of its own; on whose behalf, by which agent and in which session it happens is the same for many calls, and part
 * of the key.
 */
export class TokenDemand {
  constructor({ tool, toolDigest, arguments: callArguments, context, ...others }) {
    const { onBehalfOf, agent, session, purpose, traceparent, ...otherClaims } = context ?? {};
    const claims = [onBehalfOf, agent, session, purpose];
    if (!isTool(tool)) throw notWellFormed("the tool's name");
    if (toolDigest !== undefined && !isDigest(toolDigest)) throw notWellFormed("the tool's digest");
    // A misspelt one would be left out in silence.
    if (Object.keys(others).length > 0) throw notWellFormed('an option that calls do not have');
    if (Object.keys(otherClaims).length > 0) throw notWellFormed('a claim that contexts do not have');
    if (!claims.every((claim) => claim === undefined || (typeof claim === 'string' && claim.isWellFormed()))) {
      throw notWellFormed('the context');
    }
    this.claims = { tool, tool_digest: toolDigest, on_behalf_of: onBehalfOf, agent, session };
    this.key = JSON.stringify(this.claims);
    this.arguments = callArguments === undefined ? undefined : canonical(callArguments);
    this.purpose = purpose;
    this.traceparent = wellFormedTrace(traceparent);
  }

  /** Whether the token belongs to one call alone. */
  get isForOneCall() {
    return this.arguments !== undefined || this.purpose !== undefined;
  }

  /** The same without what belongs to one call. */
  get shared() {
    return Object.assign(Object.create(TokenDemand.prototype), this, { arguments: undefined, purpose: undefined });
  }

  /** The body of `POST /v1/tokens`. */
  get body() {
    const members = JSON.stringify({ ...this.claims, purpose: this.purpose });
    return this.arguments === undefined ? members : `${members.slice(0, -1)},"arguments":${this.arguments}}`;
  }
}

/** A token as the client holds it. Times are on the client's clock, in seconds. */
export class VaultToken {
  /**
   * A life counts from when the request left, so that the time on the way shortens it instead of lengthening it.
   * `jitter`, 0 <= x < 1, moves the renewal within 45 % to 55 % of the life.
   */
  constructor(text, { requested, life, jitter, isForOneCall }) {
    this.text = text;
    this.isForOneCall = isForOneCall;
    /** When a replacement is requested in the background. */
    this.renewAt = requested + life * (0.45 + 0.1 * jitter);
    /** When calls wait for the replacement. */
    this.refreshAt = requested + life * 0.8;
  }
}

/**
 * At most one request is under way for a key, the *flight*; calls that come meanwhile wait for it.
 *
 * `request(demand)` gives a promise of a token.
 */
export class TokenCache {
  #entries = new Map();
  #request;
  #clock;

  constructor(request, clock) {
    this.#request = request;
    this.#clock = clock;
  }

  /** The token for a call; a promise only where the call has to wait. */
  token(demand) {
    const now = this.#clock();
    const entry = this.#entry(demand.key);
    entry.lastUsed = now;
    if (entry.token !== undefined && now < entry.token.refreshAt) {
      if (now >= entry.token.renewAt && now >= entry.quietUntil && entry.flight === undefined) {
        // Nobody waits for it; whoever does later hears of its failure.
        this.#fly(demand, entry).catch(() => {});
      }
      return entry.token;
    }
    return entry.flight ?? this.#fly(demand, entry);
  }

  /** Forgets a token that the vault did not accept; one that has replaced it already stays. */
  drop(demand, token) {
    const entry = this.#entries.get(demand.key);
    if (entry?.token === token) entry.token = undefined;
  }

  /** Hands over all tokens and holds none any more. */
  takeAll() {
    const tokens = [...this.#entries.values()].map((entry) => entry.token).filter((token) => token !== undefined);
    this.#entries.clear();
    return tokens;
  }

  #entry(key) {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#makeRoom();
      entry = { token: undefined, flight: undefined, quietUntil: 0, lastUsed: 0 };
      this.#entries.set(key, entry);
    }
    return entry;
  }

  #fly(demand, entry) {
    entry.flight = this.#request(demand).then(
      (token) => {
        entry.flight = undefined;
        entry.token = token;
        return token;
      },
      (error) => {
        entry.flight = undefined;
        // A token that is still good stays; the next background request comes a second later at the earliest.
        entry.quietUntil = this.#clock() + 1;
        if (entry.token === undefined) this.#entries.delete(demand.key);
        throw error;
      },
    );
    return entry.flight;
  }

  #makeRoom() {
    if (this.#entries.size < maximumKeys) return;
    let oldest;
    for (const [key, entry] of this.#entries) {
      if (entry.flight === undefined && !(oldest?.lastUsed <= entry.lastUsed)) {
        oldest = { key, lastUsed: entry.lastUsed };
      }
    }
    if (oldest !== undefined) this.#entries.delete(oldest.key);
  }
}
