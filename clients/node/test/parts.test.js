import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { AnswerReader } from '../src/answer-reader.js';
import { canonical } from '../src/canonical.js';
import * as library from '../src/index.js';
import { KeptValues, maximumBytes } from '../src/kept.js';
import { callContext, explain, withCredential } from '../src/mcp.js';
import { isSecret, isTool } from '../src/names.js';
import { clientSocket } from '../src/places.js';
import { parse } from '../src/strict-json.js';
import { answer, refusal, trace, withVault } from './stub.js';

const { Code, CredentialRefused, Secret, WarderClient } = library;

test('values that come after the end are not kept, and are overwritten', () => {
  const kept = new KeptValues();
  const request = { key: 'a', name: 'a', maxStale: 60 };
  kept.heard([]);
  const keep = () => {
    const bytes = Buffer.from('s3cret');
    kept.keep(request, { version: 1, values: [new Secret(bytes)], limit: 60 }, kept.question(0));
    return bytes;
  };
  const before = keep();
  assert.equal(before.toString(), 's3cret');
  assert.notEqual(kept.usable(request, 0), undefined);
  kept.end();
  kept.heard([]);
  assert.deepEqual([before, keep()], [Buffer.alloc(6), Buffer.alloc(6)]);
  assert.equal(kept.usable(request, 0), undefined);
});

test('a secret shows nothing of itself, and its bytes are overwritten', () => {
  const bytes = Buffer.from('s3cret');
  const secret = new Secret(bytes);
  const shown = [
    `${secret}`, secret + '', JSON.stringify({ secret }), inspect(secret), inspect({ secret }, { depth: 9 }),
    inspect(secret, { customInspect: false, showHidden: true }), JSON.stringify(Object.entries(secret)),
    JSON.stringify(structuredClone({ ...secret })),
  ];
  assert.ok(shown.every((text) => !text.includes('s3cret')), shown.join('\n'));
  const copy = secret.copy();
  secret.wipe();
  assert.deepEqual([...bytes], [0, 0, 0, 0, 0, 0]);
  assert.ok(secret.isWiped);
  assert.equal(copy.unprotectedText(), 's3cret');
});

test('a secret that nobody holds any more is overwritten', { skip: typeof gc !== 'function' && 'needs --expose-gc' },
  async () => {
    const bytes = Buffer.from('s3cret');
    (() => new Secret(bytes))();
    for (let turn = 0; turn < 50 && bytes[0] !== 0; turn += 1) {
      gc();
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
    assert.deepEqual([...bytes], [0, 0, 0, 0, 0, 0]);
  });

test('arguments have the form of RFC 8785', () => {
  for (const [value, text] of [
    [{ b: [1, null, true, undefined], a: {}, c: undefined }, '{"a":{},"b":[1,null,true,null]}'],
    [{ '€': 1, '\r': 2, '\ufb33': 3, 1: 4, '😀': 5, '\x80': 6, ö: 7 },
      '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"😀":5,"\ufb33":3}'],
    ['\x00\x1f"\\/\b\f\n\r\té\x7f', '"\\u0000\\u001f\\"\\\\/\\b\\f\\n\\r\\té\x7f"'],
    [2n ** 80n, '1208925819614629174706176'],
    [[-0, 1e21, 1e-7, 0.1], '[0,1e+21,1e-7,0.1]'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ]) assert.equal(canonical(value), text);
  let deep = [];
  for (let level = 0; level < 16; level += 1) deep = [deep];
  const circle = {};
  circle.circle = circle;
  for (const value of [NaN, Infinity, '\ud800', deep, circle, () => {}, Symbol('x'), 'x'.repeat(16_383)]) {
    assert.throws(() => canonical(value), { code: Code.invalidRequest });
  }
  canonical('x'.repeat(16_382));
});

test('what is kept has a limit together, and what was asked for longest ago makes room', () => {
  const kept = new KeptValues();
  kept.heard([]);
  const wishes = Array.from({ length: 6 }, (_, index) => ({ key: `${index}`, name: 'a', maxStale: 60 }));
  const keep = (index, size, asked) =>
    kept.keep(wishes[index], { version: 1, values: [new Secret(Buffer.alloc(size))], limit: 60 }, kept.question(asked));
  const held = () => wishes.map((wish, index) => [kept.usable(wish, 10), index]).filter(([value]) => value).map(([, index]) => index);
  const quarter = maximumBytes / 4;
  // Answers come in another order than calls.
  [[0, 2], [1, 1], [2, 3], [3, 4]].forEach(([index, asked]) => keep(index, quarter, asked));
  assert.deepEqual(held(), [0, 1, 2, 3]);
  keep(4, 1, 5);
  assert.deepEqual(held(), [0, 2, 3, 4]);
  // In its own place it needs no other's.
  keep(4, quarter, 6);
  assert.deepEqual(held(), [0, 2, 3, 4]);
  keep(5, maximumBytes + 1, 7);
  assert.deepEqual(held(), [0, 2, 3, 4]);
  keep(5, maximumBytes, 8);
  assert.deepEqual(held(), [5]);
  kept.forget(wishes[5]);
  keep(0, maximumBytes, 9);
  assert.deepEqual(held(), [0]);
});

test('the parser reads what JSON.parse reads, and refuses what it refuses', () => {
  const pieces = ['{', '}', '[', ']', ',', ':', '"a"', '"b"', '"\\u00e9"', '"\\ud83d\\ude00"', '1', '-0.5e3', '01', 'true',
    'null', 'nul', ' ', '\n', '"', '\\', '\u0007', 'é'];
  let read = 0;
  for (let seed = 1; seed <= 40_000; seed += 1) {
    // A small generator, so that a failure can be repeated by its seed.
    let state = seed;
    const next = (below) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const text = Array.from({ length: 1 + next(7) }, () => pieces[next(pieces.length)]).join('');
    let expected;
    try {
      expected = JSON.parse(text);
    } catch {
      assert.throws(() => parse(Buffer.from(text)), undefined, `seed ${seed}: ${text}`);
      continue;
    }
    // Keys that stand twice are the one difference.
    if (/"a".*"a"|"b".*"b"|"\\u00e9".*"\\u00e9"/s.test(text)) continue;
    assert.equal(JSON.stringify(parse(Buffer.from(text))), JSON.stringify(expected), `seed ${seed}: ${text}`);
    read += 1;
  }
  assert.ok(read > 1_000, `${read}`);
  assert.throws(() => parse(Buffer.from('{"a":1,"a":2}')));
  assert.throws(() => parse(Buffer.from('['.repeat(40) + ']'.repeat(40))));
  assert.throws(() => parse(Buffer.from([0x22, 0xff, 0x22])));
  assert.equal(Object.getPrototypeOf(parse(Buffer.from('{"__proto__":{"x":1}}'))), null);
});

test('names are the vaults', () => {
  for (const name of ['github/pat', 'a', '0/b.c_d-e', [...'abcdefgh'].join('/'), 'a'.repeat(63)]) assert.ok(isSecret(name));
  for (const name of ['', '/', 'a/', 'a//b', 'A', '.', '..', 'a/..', 'a\n', 'é', [...'abcdefghi'].join('/'), 'a%2e', 7]) {
    assert.ok(!isSecret(name), String(name));
  }
  for (const name of ['server/tool', 'tool', 's/@launch', '@launch', 's/A_b.c-D', 's/...']) assert.ok(isTool(name), name);
  for (const name of ['', 'a/b/c', 'S/tool', 's/', '/t', 's/.', 's/..', '..', 's/@other', 'x\r\n']) assert.ok(!isTool(name), name);
});

test('a vault is found as daemon and command find it', () => {
  const nowhere = { run: '/nowhere', uid: 1000, home: () => '/home/ada' };
  assert.equal(clientSocket({ WARDER_SOCKET: '/x.sock' }, nowhere), '/x.sock');
  assert.equal(clientSocket({ WARDER_SOCKET: '' }, nowhere), '/home/ada/.local/state/warder/run/client.sock');
  assert.equal(clientSocket({}, { ...nowhere, uid: 0 }), '/nowhere/warder/client.sock');
  assert.equal(clientSocket({}, { ...nowhere, home: () => undefined }), undefined);
});

test('the declarations name what there is', () => {
  for (const [file, module] of [['index', library], ['mcp', { callContext, explain, withCredential }]]) {
    const text = readFileSync(new URL(`../src/${file}.d.ts`, import.meta.url), 'utf8');
    const declared = [...text.matchAll(/^export declare (?:class|const|function) (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(declared.sort(), Object.keys(module).sort());
  }
  const text = readFileSync(new URL('../src/index.d.ts', import.meta.url), 'utf8');
  const codes = [...text.matchAll(/^ {2}readonly \w+: '(\w+)';$/gm)].map(([, code]) => code);
  assert.deepEqual(codes.filter((code) => Object.values(Code).includes(code)).sort(), Object.values(Code).sort());
  const methods = Object.getOwnPropertyNames(WarderClient.prototype).filter((name) => name !== 'constructor');
  for (const name of methods) assert.match(text, new RegExp(`^  ${name}[<(]`, 'm'));
});

test('what is not well formed is named, and a misspelt option is not left out in silence', () => withVault(async (vault, client) => {
  const warder = client();
  for (const [secret, options, words] of [
    ['GitHub/PAT', { tool: 't' }, "the secret's name"],
    ['github/pat', undefined, "the tool's name"],
    ['github/pat', { tool: 'create issue' }, "the tool's name"],
    ['github/pat', { tool: 't', toolDigest: 'f00' }, "the tool's digest"],
    ['github/pat', { tool: 't', field: [] }, 'the fields'],
    ['github/pat', { tool: 't', maxStale: '5m' }, 'maxStale'],
    ['github/pat', { tool: 't', arguments: NaN }, 'the arguments, no JSON or too deep'],
    ['github/pat', { tool: 't', arguments: 'x'.repeat(16_384) }, 'the arguments, longer than 16 KiB'],
    ['github/pat', { tool: 't', context: { purpose: 7 } }, 'the context'],
    ['github/pat', { tool: 't', fields: ['a', 'b'] }, 'an option that calls do not have'],
    ['github/pat', { tool: 't', context: { on_behalf_of: 'ada' } }, 'a claim that contexts do not have'],
  ]) {
    for (const asked of [warder.resolve(secret, options), warder.withCredential(secret, options, () => assert.fail())]) {
      await assert.rejects(asked, { code: Code.invalidRequest, message: `invalid_request: the call is not well formed: ${words}` });
    }
  }
  assert.deepEqual(vault.seen, []);
  for (const settings of [{ socket: vault.path }, { socket_path: vault.path }, vault.path]) {
    assert.throws(() => new WarderClient(settings), TypeError);
  }
}));

test('a wrapped handler passes arguments, trace and outcome on', () => withVault(async (vault, client) => {
  const handler = withCredential(client(), 'notes/key', { tool: 'notes/create_note', context: () => ({ onBehalfOf: 'ada' }) },
    async ({ text }, extra, credential) => {
      if (text === 'refuse') throw new CredentialRefused();
      if (text === 'break') throw new TypeError('broken');
      return { content: [{ type: 'text', text: `${text} ${credential.unprotectedText()}` }], isError: text === 'fail' };
    });
  // As version 1 of the SDK calls handlers, and as version 2 does.
  for (const extra of [{ _meta: { traceparent: trace } }, { mcpReq: { _meta: { traceparent: trace } } }]) {
    vault.seen.length = 0;
    const result = await handler({ text: 'hello' }, extra);
    assert.equal(result.content[0].text, 'hello s3cret');
    const [token, secret, report] = ['POST /v1/tokens', 'GET /v1/secrets/', 'POST /v1/calls']
      .map((start) => vault.asked(start)[0]);
    assert.equal(token.body, '{"tool":"notes/create_note","on_behalf_of":"ada","arguments":{"text":"hello"}}');
    assert.ok([token, secret, report].every(({ fields }) => fields.traceparent === trace));
  }
  vault.seen.length = 0;
  await handler({ text: 'hello' }, {});
  await handler({ text: 'fail' }, {});
  const refused = await handler({ text: 'refuse' }, {});
  assert.ok(refused.isError && refused.content[0].text.includes('did not accept the credential'));
  await assert.rejects(handler({ text: 'break' }, {}), TypeError);
  const outcomes = vault.asked('POST /v1/calls').map(({ body }) => JSON.parse(body).outcome);
  assert.deepEqual(outcomes, ['ok', 'error', 'refused', 'error']);
  for (const [refusalOfVault, words] of [
    [refusal(403, 'denied'), "(refused). Trying again does not help. The vault's log has the reason under req_7Q."],
    [refusal(403, 'approval_required'), '(approval_required). Try it again when they have'],
    [refusal(503, 'sealed'), '(sealed). Try again later'],
    [refusal(500, 'internal'), "could not be resolved (vault_fault). The vault's log has the reason under req_7Q."],
  ]) {
    vault.overrides['POST /v1/tokens'] = refusalOfVault;
    const result = await handler({ text: 'x' }, {});
    assert.ok(result.isError && result.content[0].text.includes(words), result.content[0].text);
  }
}));

test('the handler of a tool without arguments is called as the SDK calls it, with the credential', () => withVault(async (vault, client) => {
  const seen = [];
  const handler = withCredential(client(), 'notes/key', { tool: 't' }, async (...call) => {
    seen.push(call.slice(0, -1), call.at(-1).unprotectedText());
    return { content: [] };
  });
  const extra = { _meta: {} };
  assert.deepEqual(await handler(extra), { content: [] });
  assert.deepEqual(seen, [[extra], 's3cret']);
  assert.match(vault.seen[0].body, /"arguments":\{\}/);
  assert.equal(answer(204), 'HTTP/1.1 204 X\r\n\r\n');
}));

test('nothing is said about a call that nobody said', () => withVault(async (vault, client) => {
  for (const extra of [undefined, null, {}, { _meta: {} }, { _meta: { traceparent: undefined } }, { mcpReq: {} }]) {
    assert.deepEqual(callContext(extra), {});
    assert.deepEqual(callContext(extra, { agent: 'a', session: undefined }), { agent: 'a' });
  }
  // Of two, the claim counts; one that is not there hides nothing.
  assert.deepEqual(callContext({ _meta: { traceparent: trace } }, { traceparent: 'own' }), { traceparent: 'own' });
  assert.deepEqual(callContext({ _meta: { traceparent: trace } }, { traceparent: undefined }), { traceparent: trace });
  const handler = withCredential(client(), 'notes/key', { tool: 't', context: () => ({ session: undefined }) }, async () => ({ content: [] }));
  await handler({}, {});
  for (const { line, fields, body } of vault.seen) {
    assert.ok(!('traceparent' in fields), line);
    assert.doesNotMatch(`${line}${JSON.stringify(fields)}${body}`, /undefined|null/);
  }
  assert.equal(vault.asked('POST /v1/tokens')[0].body, '{"tool":"t","arguments":{}}');
}));

test('an answer may come in any pieces, and nothing of it is left where it arrived', () => {
  for (const [text, body] of [
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'hello'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\n\r\n', 'hello'],
    ['HTTP/1.1 204 No Content\r\n\r\n', ''],
    [`HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n${'s3cret'.repeat(10_000)}`, 's3cret'.repeat(10_000)],
  ]) {
    for (let size = text.length > 1_000 ? 997 : 1; size <= text.length; size += Math.max(1, text.length >> 6)) {
      const reader = new AnswerReader();
      reader.expect(100_000);
      let found;
      for (let start = 0; start < text.length; start += size) {
        assert.equal(found, undefined);
        const piece = Buffer.from(text.slice(start, start + size));
        found = reader.take(piece);
        assert.ok(piece.every((byte) => byte === 0));
      }
      assert.equal(found.body.toString(), body);
      assert.equal(reader.hasBegun, false);
    }
  }
  assert.throws(() => new AnswerReader().take(Buffer.from('HTTP/1.1 200 OK\r\n')), { code: Code.protocolViolation });
});
