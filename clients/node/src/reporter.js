/** Tells the vault how calls went. */

import * as answers from './answers.js';
import { Code, WarderClientError } from './errors.js';
import { leavesReports } from './kept.js';
import { LateReports } from './late-reports.js';
import * as requests from './requests.js';
import { originOf } from './secret.js';

const reportSeconds = 2;

/** Bytes that the vault takes of what a call changed. */
const maximumChanged = 500;

/** As much of it as the vault takes, with no letter in halves: a decoder in the middle of a stream waits for the rest of one. */
const cut = (changed) => new TextDecoder().decode(Buffer.from(changed).subarray(0, maximumChanged), { stream: true });

/** Sends reports: of a call at once, of one that used a kept value in the background. */
export class Reporter {
  #connections;
  #configuration;
  #tokens;
  #late = new LateReports();
  /** Ends when what is on its way has arrived or failed. */
  #sending;

  /** `tokens`: the cache of those that calls share. */
  constructor(connections, configuration, tokens) {
    this.#connections = connections;
    this.#configuration = configuration;
    this.#tokens = tokens;
  }

  /**
   * Tells the vault how a call went. A call that used a kept value has no token that works, so its report goes out under
   * another, now or when the vault is back, and nobody waits for it.
   */
  async report(report, secret) {
    const { token, request } = originOf(secret);
    if (secret.stale === undefined) {
      await this.#send(report, token, request.demand.traceparent);
      return;
    }
    const age = Math.round(secret.stale);
    const note = `used version ${secret.version} as the vault gave it ${age} s before, while it was away`;
    const changed = report.changed === undefined ? note : cut(`${note}; ${report.changed}`);
    this.#sayLost(this.#late.add({ report: { ...report, changed }, demand: request.demand.shared }));
    this.sendLate();
  }

  /** Sends what waits, in the background. It does not keep the process. */
  sendLate() {
    const late = this.#late.next();
    if (late !== undefined) this.#sending = this.#sendAll(late);
  }

  /** Lets go of reports that the vault will not hear, because the client is closed. */
  async end() {
    this.#sayLost(this.#late.end());
    // What was on its way is lost by now as well, and is told.
    await this.#sending;
  }

  async #sendAll(first) {
    for (let late = first; late !== undefined; late = this.#late.next()) {
      try {
        await this.#sendOne(late);
        this.#late.sent();
      } catch (error) {
        // The others wait for the next call that gets its value.
        if (leavesReports(error)) {
          this.#sayLost(this.#late.putBack(late));
        } else {
          this.#late.sent();
          this.#configuration.reportFailed(error);
        }
        return;
      }
    }
  }

  async #sendOne({ report, demand }) {
    const token = await this.#tokens.token(demand);
    try {
      await this.#send(report, token, demand.traceparent, false);
    } catch (error) {
      if (error.code !== Code.tokenInvalid) throw error;
      // Issued before the vault went away: worth one new token, as it is for a value.
      this.#tokens.drop(demand, token);
      await this.#send(report, await this.#tokens.token(demand), demand.traceparent, false);
    }
  }

  async #send(report, token, traceparent, keepsProcess) {
    const request = requests.report(report, token, traceparent);
    answers.nothing(await this.#connections.send(request, reportSeconds, undefined, keepsProcess));
  }

  /** Tells that reports never reach the vault. */
  #sayLost(codes) {
    for (const code of codes) this.#configuration.reportFailed(new WarderClientError(code));
  }
}
