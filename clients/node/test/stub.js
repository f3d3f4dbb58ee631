/** A scripted vault on a temporary socket. */

import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { WarderClient } from '../src/index.js';

export const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** An answer of a well-behaved vault. */
export function answer(status, body = '', fields = '') {
  const length = [204, 304].includes(status) ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `HTTP/1.1 ${status} X\r\n${fields}${length}\r\n${body}`;
}

/** An error as the vault writes it. */
export function refusal(status, code, fields) {
  return answer(status, JSON.stringify({ error: { code, message: 'm', request_id: 'req_7Q' } }), fields);
}

/** Runs `test` with a vault and a way to make clients of it; all of it is gone afterwards. */
export async function withVault(test) {
  const vault = new StubVault();
  const clients = [];
  const client = (settings) => {
    clients.push(new WarderClient({ socketPath: vault.path, ...settings }));
    return clients.at(-1);
  };
  await vault.start();
  try {
    await test(vault, client);
  } finally {
    await Promise.all(clients.map((each) => each.close()));
    await vault.stop();
    rmSync(vault.directory, { recursive: true });
  }
}

export class StubVault {
  directory = mkdtempSync('/tmp/wdr-');
  path = `${this.directory}/c.sock`;
  /** What the vault does. Tests change it while it runs. */
  value = '"value":"s3cret"';
  version = 7;
  life = 300;
  /** By the beginning of the request line: what to answer, `null` to close, or a function (of a promise) of it. */
  overrides = {};
  delay = 0;
  issued = 0;
  seen = [];
  connections = 0;
  #open = new Set();
  #server;

  async start() {
    this.#server = net.createServer((socket) => this.#serve(socket));
    await new Promise((resolve) => this.#server.listen(this.path, resolve));
  }

  /** As a vault that goes away: its socket and all connections are gone. */
  async stop() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.dropConnections();
    await closed;
  }

  dropConnections() {
    for (const socket of this.#open) socket.destroy();
  }

  /** Writes to all connections what nobody asked for. */
  say(text) {
    for (const socket of this.#open) socket.write(text);
  }

  get openConnections() {
    return this.#open.size;
  }

  /** Requests whose line begins so. */
  asked(start) {
    return this.seen.filter(({ line }) => line.startsWith(start));
  }

  answer(seen) {
    const { line, fields } = seen;
    for (const [start, override] of Object.entries(this.overrides)) {
      if (line.startsWith(start)) return typeof override === 'function' ? override(seen) : override;
    }
    if (line.startsWith('POST /v1/tokens ')) {
      this.issued += 1;
      const token = `wdr_t_${String(this.issued).padStart(49, '0')}`;
      return answer(201, JSON.stringify({ token, expires_in: this.life, later: [1] }));
    }
    if (line.startsWith('GET /v1/health')) return answer(200, '{"state":"unsealed","later":{}}');
    if (fields.authorization === undefined) return refusal(401, 'token_invalid');
    if (line.startsWith('GET /v1/secrets/')) {
      if (fields['if-none-match'] === `"v${this.version}"`) return answer(304);
      const [, name, field] = /^GET \/v1\/secrets\/(.*)\?field=(\S*)/.exec(line);
      return answer(200, `{"name":"${name}","field":"${field}","version":${this.version},${this.value}}`);
    }
    return answer(204);
  }

  #serve(socket) {
    this.connections += 1;
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    socket.on('error', () => {});
    let text = '';
    let work = Promise.resolve();
    socket.setEncoding('latin1');
    socket.on('data', (piece) => {
      text += piece;
      for (;;) {
        const end = text.indexOf('\r\n\r\n');
        if (end < 0) return;
        const [line, ...rest] = text.slice(0, end).split('\r\n');
        const fields = Object.fromEntries(rest.map((entry) => {
          const [name, value] = entry.split(/: (.*)/s);
          return [name.toLowerCase(), value];
        }));
        const length = Number(fields['content-length'] ?? 0);
        if (text.length < end + 4 + length) return;
        const body = Buffer.from(text.slice(end + 4, end + 4 + length), 'latin1').toString();
        text = text.slice(end + 4 + length);
        const seen = { line, fields, body };
        this.seen.push(seen);
        work = work.then(() => this.#reply(socket, seen));
      }
    });
  }

  async #reply(socket, seen) {
    const found = await this.answer(seen);
    if (this.delay) await new Promise((resolve) => { setTimeout(resolve, this.delay); });
    if (found === null) socket.destroy();
    else if (/connection: close/i.test(found)) socket.end(found);
    else socket.write(found);
  }
}
