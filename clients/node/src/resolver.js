/** What the client does for its calls: finds a token, asks for the value, and once more where the token was refused. */

import * as answers from './answers.js';
import { Approvals } from './approvals.js';
import { Code, WarderClientError } from './errors.js';
import { KeptValues, leavesReports, outages } from './kept.js';
import { LateReports } from './late-reports.js';
import { isField, isSecret } from './names.js';
import * as requests from './requests.js';
import { originOf, ResolvedSecret } from './secret.js';
import { TokenCache, TokenDemand, VaultToken } from './tokens.js';
import { deadline, left, orUntil } from './waiting.js';

const reportSeconds = 2;
const giveBackSeconds = 1;

/** Bytes that the vault takes of what a call changed. */
const maximumChanged = 500;

/** As much of it as the vault takes, with no letter in halves: a decoder in the middle of a stream waits for the rest of one. */
const cut = (changed) => new TextDecoder().decode(Buffer.from(changed).subarray(0, maximumChanged), { stream: true });

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
  #lateReports = new LateReports();
  #calls = 0;
  /** Tokens of one call on their way back. */
  #returning = new Set();

  /** `patient`: connections for what waits at the vault. */
  constructor(connections, patient, configuration) {
    this.#connections = connections;
    this.#approvals = new Approvals(patient, configuration);
    this.#configuration = configuration;
    this.#following = new Promise((done) => { this.#follow = done; });
    // A shared token is requested with a full timeout of its own, so that it ends before the first of those who join
    // later would; and with no signal, because no caller takes the others with it.
    this.#tokens = new TokenCache((demand) => this.#requestToken(demand, configuration.timeout), configuration.tokenClock);
  }

  /** The value as it is now. A call counts as long as it waits, for people as well. */
  async resolve(wanted) {
    if (this.#calls >= this.#configuration.maximumCalls) throw new WarderClientError(Code.overloaded);
    this.#calls += 1;
    try {
      return await (this.#configuration.approvalPatience > 0 ? this.#resolvePatiently(wanted) : this.#resolve(wanted));
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
      if (wanted.maxStale > 0) {
        const { version, values, maxStale: limit } = found;
        this.#kept.keep(wanted, { version, values: values.map((value) => value.copy()), limit }, question);
      }
      if (!this.#lateReports.isEmpty) this.#reportLate();
      return new ResolvedSecret(found, { token, request: wanted });
    } catch (error) {
      return this.#inPlaceOf(error, wanted);
    }
  }

  /** Sends a request that needs no token, or brings its own. */
  async ask(request, read, seconds = this.#configuration.timeout) {
    return read(await this.#connections.send(request, seconds));
  }

  /**
   * Tells the vault how a call went. A call that used a kept value has no token that works, so its report goes out under
   * a new one, at once or when the vault is back.
   */
  async report(report, secret) {
    const { token, request } = originOf(secret);
    if (secret.stale === undefined) return this.#sendReport(report, token, request.demand.traceparent);
    const age = Math.round(secret.stale);
    const note = `used version ${secret.version} as the vault gave it ${age} s before, while it was away`;
    const changed = report.changed === undefined ? note : cut(`${note}; ${report.changed}`);
    const late = { report: { ...report, changed }, demand: request.demand.shared };
    try {
      await this.#sendLate(late);
    } catch (error) {
      if (!leavesReports(error)) throw error;
      this.#sayLost(this.#lateReports.add(late));
    }
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
  endWaiting() {
    this.#approvals.close();
    this.#sayLost(this.#lateReports.end());
  }

  /** Keeps a value no more, because its upstream did not accept it. */
  forget(wanted) {
    this.#kept.forget(wanted);
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
    const question = this.#kept.question(wanted.maxStale > 0 ? this.#configuration.clock() : 0);
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

  /** The kept value where the vault could not be asked and the call allows it; else the error. */
  #inPlaceOf(error, wanted) {
    if (!outages.has(error.code)) {
      if (error instanceof WarderClientError) this.#kept.failed(wanted, error);
      throw error;
    }
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

  async #requestToken(demand, seconds, signal) {
    const requested = this.#configuration.tokenClock();
    const issued = answers.issuedToken(await this.#connections.send(requests.token(demand), seconds, signal));
    return new VaultToken(issued.text, {
      requested,
      life: issued.life,
      jitter: this.#configuration.jitter(),
      isForOneCall: demand.isForOneCall,
    });
  }

  async #sendReport(report, token, traceparent) {
    await this.ask(requests.report(report, token, traceparent), answers.nothing, reportSeconds);
  }

  async #sendLate({ report, demand }) {
    const end = deadline(reportSeconds);
    const token = await this.#token({ demand }, end);
    try {
      await this.#sendReport(report, token, demand.traceparent);
    } catch (error) {
      if (error.code !== Code.tokenInvalid) throw error;
      // Issued before the vault went away: worth one new token, as it is for a value.
      this.#tokens.drop(demand, token);
      await this.#sendReport(report, await this.#token({ demand }, end), demand.traceparent);
    }
  }

  async #reportLate() {
    const late = this.#lateReports.next();
    if (late === undefined) return;
    try {
      await this.#sendLate(late);
      await this.#reportLate();
    } catch (error) {
      // The others wait for the next call that gets its value.
      if (leavesReports(error)) this.#sayLost(this.#lateReports.putBack(late));
      else this.#configuration.reportFailed?.(error);
    }
  }

  /** Tells that reports never reach the vault. */
  #sayLost(codes) {
    for (const code of codes) this.#configuration.reportFailed?.(new WarderClientError(code));
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
