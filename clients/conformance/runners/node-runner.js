#!/usr/bin/env node
// Does with the library for Node what it is told (README.md beside the folder).

import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { CredentialRefused, WarderClient, WarderClientError } from '../../node/src/index.js';
import { originOf } from '../../node/src/secret.js';

class BodyFailed extends Error {}

let client;
let taken;
const changes = [];
const wallClock = Date.now;

function wish({ tool, field, tool_digest: toolDigest, arguments: callArguments, context, max_stale: maxStale }) {
  const { on_behalf_of: onBehalfOf, ...claims } = context ?? {};
  return { tool, field, toolDigest, arguments: callArguments, context: { onBehalfOf, ...claims }, maxStale };
}

function given(secret, { field }) {
  const bytes = secret.value.unprotectedBytes();
  const text = new TextDecoder('utf-8').decode(bytes);
  const found = { value: text, hex: bytes.toString('hex'), version: secret.version, stale: secret.stale !== undefined };
  if (!Array.isArray(field)) return found;
  const hex = (name) => secret.get(name).unprotectedBytes().toString('hex');
  return { ...found, fields: Object.fromEntries(field.map((name) => [name, hex(name)])) };
}

/** Says that the body of a call has its credential, and waits until it may go on. */
async function waitAt(gate) {
  writeFileSync(`${gate}/reached`, '');
  while (!existsSync(`${gate}/open`)) await pause(5);
}

const resolve = async (command) => given(await client.resolve(command.secret, wish(command)), command);

const commands = {
  features: async () => ({ features: ['wall_clock', 'changes', 'stale'] }),

  async open({ timeout, approval_patience: approvalPatience }) {
    client = new WarderClient({ timeout, approvalPatience });
    return {};
  },

  health: () => client.health(),

  who_am_i: () => client.whoAmI(),

  resolve,

  async resolve_many(command) {
    const [values, errors] = [{}, {}];
    await Promise.all(Array.from({ length: command.count }, () => resolve(command).then(
      ({ value }) => { values[value] = (values[value] ?? 0) + 1; },
      ({ code }) => { errors[code] = (errors[code] ?? 0) + 1; },
    )));
    return { values, errors };
  },

  async call(command) {
    const ran = [];
    await client.withCredential(command.secret, wish(command), async (secret) => {
      ran.push(given(secret, command));
      if (command.gate !== undefined) await waitAt(command.gate);
      await pause((command.hold ?? 0) * 1000);
      if (command.raise) throw new BodyFailed();
      if (command.refuse === secret.unprotectedText()) throw new CredentialRefused();
    });
    return { ...ran.at(-1), ran: ran.length };
  },

  async take(command) {
    taken = await client.resolve(command.secret, wish(command));
    return given(taken, command);
  },

  async report(command) {
    let overtaken = false;
    resolve(command).catch(() => {}).finally(() => { overtaken = true; });
    for (let count = 0; count < command.count; count += 1) await client.report({ outcome: 'ok' }, taken);
    return { overtaken };
  },

  async show(command) {
    const secret = await client.resolve(command.secret, wish(command));
    const error = await client.resolve('not/granted', { tool: command.tool }).catch((caught) => caught);
    const deep = { depth: Infinity, showHidden: true, customInspect: false };
    return {
      texts: [
        `${secret} ${secret.value} ${secret.value + ''}`,
        `${inspect(secret, deep)} ${inspect(secret.value, deep)} ${inspect({ secret }, { depth: 9 })}`,
        JSON.stringify({ secret, value: secret.value, spread: { ...secret } }),
        `${error} ${error.stack} ${inspect(error, deep)} ${JSON.stringify(error)}`,
        JSON.stringify(structuredClone({ value: { ...secret.value } })),
      ],
    };
  },

  async jump({ seconds }) {
    const shift = Date.now() - wallClock() + seconds * 1000;
    Date.now = () => wallClock() + shift;
    return {};
  },

  // What a program finds that is started while the client has connections: all that is not closed at its start.
  async spawn(command) {
    const secret = await client.resolve(command.secret, wish(command));
    const [program, ...words] = command.program;
    const planted = 3;
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
    const asked = {
      socket: process.env.WARDER_SOCKET,
      secret: command.secret,
      token: originOf(secret).token.text.unprotectedText(),
      planted,
    };
    child.stdin.end(`${JSON.stringify(asked)}\n`);
    let answer = '';
    for await (const part of child.stdout) answer += part;
    return JSON.parse(answer);
  },

  async listen() {
    const following = client.changes();
    const { value: first } = await following.next();
    (async () => { for await (const change of following) changes.push(change); })().catch(() => {});
    return { kind: first.kind };
  },

  async heard({ seconds }) {
    for (let left = seconds * 20; left > 0 && changes.length === 0; left -= 1) await pause(50);
    const { kind, version } = changes.shift() ?? {};
    return { kind, version };
  },

  async close() {
    await client.close();
    return {};
  },
};

function failure(error) {
  if (error instanceof WarderClientError) {
    return { code: error.code, is_refusal: error.isRefusal, is_retryable: error.isRetryable };
  }
  const code = error instanceof BodyFailed ? 'body_failed'
    : error instanceof CredentialRefused ? 'credential_refused' : String(error.stack);
  return { code, is_refusal: false, is_retryable: false };
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const answer = await commands[command.do](command).catch((error) => ({ error: failure(error) }));
  process.stdout.write(`${JSON.stringify({ id: command.id, ...answer })}\n`);
}

// What still waits for changes would keep the process.
process.exit(0);
