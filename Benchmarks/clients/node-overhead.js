#!/usr/bin/env node
// What the Node client's `resolve` costs beyond the same request over a bare socket: `node-overhead.js SOCKET`.
//
// Prints JSON: medians in microseconds over rounds in which the two take turns, so that both see the same machine.

import net from 'node:net';
import { WarderClient } from '../../clients/node/src/index.js';

const [secret, tool] = ['bench/value', 'bench/read'];
const [warmUp, rounds, calls] = [500, 40, 50];
const [path] = process.argv.slice(2);

/** The same request by hand, with a token of its own. */
async function bareSocket() {
  const socket = net.connect(path);
  const ask = (request) => new Promise((resolve) => {
    socket.once('data', resolve);
    socket.write(request);
  });
  const body = JSON.stringify({ tool });
  const head = `Host: warder\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const answer = await ask(`POST /v1/tokens HTTP/1.1\r\n${head}${body}`);
  const { token } = JSON.parse(answer.toString().split('\r\n\r\n')[1]);
  const line = `GET /v1/secrets/${secret}?field=value HTTP/1.1\r\nHost: warder\r\n`;
  const request = Buffer.from(`${line}Authorization: Bearer ${token}\r\n\r\n`);
  return { ask: () => ask(request), close: () => socket.destroy() };
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

async function timed(call) {
  const found = [];
  for (let index = 0; index < calls; index += 1) {
    const start = process.hrtime.bigint();
    await call();
    found.push(Number(process.hrtime.bigint() - start) / 1_000);
  }
  return median(found);
}

const bare = await bareSocket();
const warder = new WarderClient({ socketPath: path });
const resolve = () => warder.resolve(secret, { tool });
for (let index = 0; index < warmUp; index += 1) {
  await bare.ask();
  await resolve();
}
const [floors, differences] = [[], []];
for (let round = 0; round < rounds; round += 1) {
  const floor = await timed(bare.ask);
  floors.push(floor);
  differences.push(await timed(resolve) - floor);
}
await warder.close();
bare.close();
process.stdout.write(`${JSON.stringify({ node_bare_us: median(floors), node_overhead_us: median(differences) })}\n`);
