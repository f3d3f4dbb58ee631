/** What the client does for its calls: finds a token, asks for the value, and once more where the token was refused. */

import * as answers from './answers.js';
import { Approvals } from './approvals.js';
import { Code, WarderClientError } from './errors.js';
import { KeptValues, outages } from './kept.js';
import { isField, isSecret } from './names.js';
import { Reporter } from './reporter.js';
import * as requests from './requests.js';
import { originOf, ResolvedSecret } from './secret.js';
import { TokenCache, TokenDemand, VaultToken } from './tokens.js';
import { deadline, left, orUntil } from './waiting.js';

const giveBackSeconds = 1;

/** Most fields that a secret can have. */
const maximumFields = 32;

/** A call's wish for fields of one secret, with every name checked before anything is sent. */
export class SecretRequest {
  constructor(name, { field = 'value', maxStale = 0, signal, ...wish } = {}) {
    const fields = Array.isArray(field) ? [...field] : [field];
    const areFields = fields.every(isField) && new Set(fields).size === fields.length
      && fields.length >= 1 && fields.length <= maximumFields;
    if (!isSecret(name)) throw new WarderClientError(Code.invalidRequest, { part: "the secret's name" });
    if (!areFields) throw new WarderClientError(Code.invalidRequest, { part: 'the fields' });
    if (!(maxStale >= 0)) throw new WarderClientError(Code.invalidRequest, { part: 'maxStale' });
    this.name = name;
    this.fields = fields;
    this.maxStale = maxStale;
    this.signal = signal;
    this.demand = new TokenDemand(wish);
    /** Under which its values are kept. */
    this.key = `${name} ${fields.join(',')} ${this.demand.key}`;
  }
}

export class Resolver {
  #connections;
  #approvals;
  #configuration;
  #tokens;
  #kept = new KeptValues();
  /** Until the vault was asked what changes; `undefined` from then on. */
  #following;
  #follow;
  #reporter;
  #calls = 0;
  /** Tools whose calls people were asked about. */
  #askedAbout = new Set();
  /** Tokens of one call on their way back. */
  #returning = new Set();

  /** `patient`: connections for what waits at the vault. */
  constructor(connections, patient, configuration) {
    this.#connections = connections;
    this.#approvals = new Approvals(patient, configuration);
    this.#configuration = configuration;
    this.#following = new Promise((done) => { this.#follow = done; });
    // A shared token is requested with a full timeout of its own, so that it ends before the first of those who join
    // later would; with no signal, because no caller takes the others with it; and it is they who keep the process.
    const request = (demand) => this.#requestToken(demand, configuration.timeout, undefined, false);
    this.#tokens = new TokenCache(request, configuration.tokenClock);
    this.#reporter = new Reporter(connections, configuration, this.#tokens);
  }

  /** The value as it is now. A call counts as long as it waits, for people as well. */
  async resolve(wanted, { isPatient = true } = {}) {
    if (this.#calls >= this.#configuration.maximumCalls) throw new WarderClientError(Code.overloaded);
    this.#calls += 1;
    try {
      const waits = isPatient && this.#configuration.approvalPatience > 0;
      return await (waits ? this.#resolvePatiently(wanted) : this.#resolve(wanted));
    } finally {
      this.#calls -= 1;
    }
  }

  async #resolve(wanted) {
    const end = deadline(this.#configuration.timeout);
    try {
      // A value that was asked for before could change with nobody to tell, and would not be kept.
      if (wanted.maxStale > 0 && this.#following) await orUntil(this.#following, left(end), wanted.signal);
      const [found, token, question] = await this.#ask(wanted, end);
      this.#keep(wanted, found, question);
      this.#reporter.sendLate();
      return new ResolvedSecret(found, { token, request: wanted });
    } catch (error) {
      return this.#inPlaceOf(error, wanted);
    }
  }

  /**
   * Another version than the one that its upstream did not accept; `undefined` where there is none. Asked for with the token
   * that is there: so nobody is asked for an approval once more, and what was let through once is not let through again. A
   * shared one that has ended meanwhile is replaced, once and without waiting for people.
   */
  async another(refused) {
    const { token, request: wanted } = originOf(refused);
    if (token !== undefined) {
      try {
        return await this.#newer(refused.version, wanted, token);
      } catch (error) {
        if (error.code !== Code.tokenInvalid || !this.#mayReplace(token, wanted)) throw error;
      }
    }
    // A value that was kept came with no token, so that the vault has not heard of this call yet.
    const other = await this.resolve(wanted, { isPatient: token === undefined });
    if (other.version !== refused.version) return other;
    other.wipe();
    this.finish(other);
    return undefined;
  }

  async #newer(known, wanted, token) {
    const question = this.#question(wanted);
    const request = requests.secret(wanted.name, wanted.fields, token, wanted.demand.traceparent, known);
    let found;
    try {
      const answer = await this.#connections.send(request, this.#configuration.timeout, wanted.signal);
      found = answers.otherValues(answer, wanted.name, wanted.fields);
    } catch (error) {
      this.#heed(wanted, error);
      throw error;
    }
    if (found === undefined) return undefined;
    if (found.version === known) {
      for (const value of found.values) value.wipe();
      return undefined;
    }
    this.#keep(wanted, found, question);
    return new ResolvedSecret(found, { token, request: wanted });
  }

  /**
   * Forgets a shared token that the vault did not accept any more; whether another is worth asking for. Not where people are
   * asked: it may have been for one use, and they have just let this call through.
   */
  #mayReplace(token, wanted) {
    if (token.isForOneCall) return false;
    this.#tokens.drop(wanted.demand, token);
    return !this.#askedAbout.has(wanted.demand.claims.tool);
  }

  /** Sends a request that needs no token, or brings its own. */
  async ask(request, read, seconds = this.#configuration.timeout) {
    return read(await this.#connections.send(request, seconds));
  }

  /**
   * Tells the vault how a call went; of one that used a kept value, in the background. A value that its upstream did not
   * accept is kept no more.
   */
  async report(report, secret) {
    if (report.outcome === 'refused') this.#kept.forget(originOf(secret).request);
    await this.#reporter.report(report, secret);
  }

  /** Gives back a token that was issued for this call alone. It would end by itself, so nobody waits for it. */
  finish(secret) {
    const { token } = originOf(secret);
    if (token?.isForOneCall) this.#giveBack(token);
  }

  /** Ends what the client holds, before it is closed. */
  async giveAllBack() {
    this.#kept.end();
    for (const token of this.#tokens.takeAll()) this.#giveBack(token);
    await Promise.all(this.#returning);
  }

  /** Ends the waiting for people and that of reports, once the client is closed. */
  async endWaiting() {
    this.#approvals.close();
    await this.#reporter.end();
  }

  /** Forgets what the vault has told of. */
  heard(changes) {
    this.#kept.heard(changes);
    this.#follows();
  }

  /** Forgets everything where the vault refuses to say what changes. */
  unheard(error) {
    this.#kept.unheard(error);
    this.#follows();
  }

  #follows() {
    this.#follow();
    this.#following = undefined;
  }

  /** Where people have to approve the call first, resolves once more when they have decided. */
  async #resolvePatiently(wanted) {
    const end = this.#configuration.clock() + this.#configuration.approvalPatience;
    let waitedFor;
    for (;;) {
      try {
        return await this.#resolve(wanted);
      } catch (error) {
        const { approval } = error;
        // A vault that decides, and then asks for the same again, would be asked for ever.
        if (approval === undefined || approval === waitedFor) throw error;
        if (!await this.#approvals.isDecided(approval, end, wanted.signal)) throw error;
        waitedFor = approval;
      }
    }
  }

  async #ask(wanted, end) {
    try {
      return await this.#askOnce(wanted, end);
    } catch (error) {
      if (error.code !== Code.tokenInvalid) throw error;
      // If nobody can be asked for a new token, this was the vault's last word.
      this.#kept.failed(wanted, error);
    }
    // Expired, revoked, or issued by a vault that was restarted since: worth one new token, and only one.
    return this.#askOnce(wanted, end);
  }

  async #askOnce(wanted, end) {
    const question = this.#question(wanted);
    const token = await this.#token(wanted, end);
    try {
      return [await this.#fetch(wanted, token, end), token, question];
    } catch (error) {
      if (error.code === Code.tokenInvalid) this.#tokens.drop(wanted.demand, token);
      throw error;
    }
  }

  async #fetch(wanted, token, end) {
    const request = requests.secret(wanted.name, wanted.fields, token, wanted.demand.traceparent);
    try {
      const answer = await this.#connections.send(request, left(end), wanted.signal);
      return answers.values(answer, wanted.name, wanted.fields);
    } catch (error) {
      if (token.isForOneCall) await this.#failed(token, error, end);
      throw error;
    }
  }

  /**
   * Gives back the token of a call that got no value: what people said for it can then serve the next attempt. Whether the
   * value had left already is the vault's to know: it takes a yes back only for a token that opened nothing. The next
   * attempt finds the yes there, so the call waits for it, within its own time.
   */
  async #failed(token, error, end) {
    if (error.code === Code.tokenInvalid) {
      token.text.wipe();
      return;
    }
    const returned = this.#giveBack(token);
    // Who is cancelled does not wait.
    if (error.code !== Code.cancelled) await orUntil(returned, left(end)).catch(() => {});
  }

  #question(wanted) {
    return this.#kept.question(wanted.maxStale > 0 ? this.#configuration.clock() : 0);
  }

  /** Keeps values where their call allows that. */
  #keep(wanted, { version, values, maxStale: limit }, question) {
    if (!(wanted.maxStale > 0)) return;
    this.#kept.keep(wanted, { version, values: values.map((value) => value.copy()), limit }, question);
  }

  /** Forgets what is not to be used any more. */
  #heed(wanted, error) {
    if (error instanceof WarderClientError && !outages.has(error.code)) this.#kept.failed(wanted, error);
  }

  /** The kept value where the vault could not be asked and the call allows it; else the error. */
  #inPlaceOf(error, wanted) {
    if (error.code === Code.approvalRequired) this.#askedAbout.add(wanted.demand.claims.tool);
    this.#heed(wanted, error);
    if (!outages.has(error.code)) throw error;
    if (!(wanted.maxStale > 0)) throw error;
    const now = this.#configuration.clock();
    const kept = this.#kept.usable(wanted, now);
    if (kept === undefined) throw error;
    const values = kept.values.map((value) => value.copy());
    const found = { version: kept.version, values, stale: now - kept.asked };
    return new ResolvedSecret(found, { request: wanted });
  }

  async #token(wanted, end) {
    const { demand, signal } = wanted;
    if (demand.isForOneCall) return this.#requestToken(demand, left(end), signal);
    const token = this.#tokens.token(demand);
    return token instanceof VaultToken ? token : orUntil(token, left(end), signal);
  }

  async #requestToken(demand, seconds, signal, keepsProcess) {
    const requested = this.#configuration.tokenClock();
    const answer = await this.#connections.send(requests.token(demand), seconds, signal, keepsProcess);
    const issued = answers.issuedToken(answer);
    return new VaultToken(issued.text, {
      requested,
      life: issued.life,
      jitter: this.#configuration.jitter(),
      isForOneCall: demand.isForOneCall,
    });
  }

  /** Ends a token, in a second at most; never fails. */
  #giveBack(token) {
    const returned = this.ask(requests.giveBack(token), answers.nothing, giveBackSeconds)
      // It ends by itself.
      .catch(() => {})
      .finally(() => {
        token.text.wipe();
        this.#returning.delete(returned);
      });
    this.#returning.add(returned);
    return returned;
  }
}
