import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { mock, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Code, CredentialRefused, WarderClient } from '../src/index.js';
import { Secret } from '../src/secret.js';
import { answer, refusal, trace, withVault } from './stub.js';

const resolve = async (client, wish) =>
  (await client.resolve('notes/key', { tool: 'notes/create', ...wish })).unprotectedText();

/** The error of a call. */
const failure = (call) => call.then(() => assert.fail('it did not fail'), (error) => error);

const fails = async (code, call) => assert.equal((await failure(call)).code, code);

/** A clock that stands still until it is told. */
const clockAt = (now) => Object.assign(() => clock.now, { now });
let clock;

test('each code of the vault has one meaning', () => withVault(async (vault, client) => {
  const warder = client();
  for (const [status, code, expected, isRefusal, isRetryable] of [
    [403, 'denied', 'refused', true, false],
    [403, 'approval_required', 'approval_required', true, false],
    [403, 'approval_denied', 'approval_denied', true, false],
    [404, 'not_found', 'not_found', true, false],
    [503, 'sealed', 'sealed', false, true],
    [503, 'restored_vault', 'restored_vault', true, false],
    [503, 'not_initialised', 'not_initialised', false, true],
    [503, 'audit_unavailable', 'audit_unavailable', false, true],
    [503, 'unavailable', 'unavailable', false, true],
    [429, 'rate_limited', 'rate_limited', false, true],
    [500, 'internal', 'vault_fault', false, false],
    [400, 'invalid_request', 'invalid_request', false, false],
    [413, 'too_large', 'invalid_request', false, false],
    [418, 'later_version', 'unknown', false, false],
    [418, 'constructor', 'unknown', false, false],
  ]) {
    for (const route of ['POST /v1/tokens', 'GET /v1/secrets/']) {
      vault.overrides = { [route]: refusal(status, code) };
      const error = await failure(resolve(warder, { tool: code }));
      assert.deepEqual(
        [error.code, error.serverCode, error.requestId, error.isRefusal, error.isRetryable],
        [expected, code, 'req_7Q', isRefusal, isRetryable],
      );
    }
  }
}));

test('an accepted request without a token waits for an approval', () => withVault(async (vault, client) => {
  vault.overrides['POST /v1/tokens'] = answer(202, '{"approval":"apr_1"}');
  await fails(Code.approvalRequired, resolve(client()));
}));

test('the time to wait is passed on', () => withVault(async (vault, client) => {
  const warder = client();
  for (const [said, seconds] of [['7', 7], ['0', 0], ['999999', 3600], ['-5', 0], ['soon', undefined]]) {
    vault.overrides['POST /v1/tokens'] = refusal(429, 'rate_limited', `Retry-After: ${said}\r\n`);
    assert.equal((await failure(resolve(warder))).retryAfter, seconds);
  }
}));

test('a busy vault that says nothing but a status is understood', () => withVault(async (vault, client) => {
  for (const [status, code] of [[429, 'rate_limited'], [503, 'unavailable'], [500, 'protocol_violation']]) {
    vault.overrides['POST /v1/tokens'] = answer(status, 'busy');
    await fails(code, resolve(client()));
  }
}));

test('bytes that are no answer end the call, and the next one goes on', () => withVault(async (vault, client) => {
  const warder = client();
  await resolve(warder);
  const good = '{"name":"notes/key","field":"value","version":7,"value":"x"}';
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${good.length}\r\n`;
  for (const broken of [
    'hello\r\n\r\n',
    `HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${good}`,
    `${head}Content-Length: ${good.length}\r\n\r\n${good}`,
    `HTTP/1.1 200 OK\r\nContent-Length: +${good.length}\r\n\r\n${good}`,
    `HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n${good}`,
    `${head}Transfer-Encoding: chunked\r\n\r\n${good}`,
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n${good}\r\n0\r\n\r\n`,
    `${head}A b: c\r\n\r\n${good}`,
    `${head}X: ${'y'.repeat(20_000)}\r\n\r\n${good}`,
  ]) {
    vault.overrides = { 'GET /v1/secrets/': broken };
    await fails(Code.protocolViolation, resolve(warder));
    vault.overrides = {};
    assert.equal(await resolve(warder), 's3cret', broken.slice(0, 80));
  }
}));

test('a body that is not what was asked for is no answer', () => withVault(async (vault, client) => {
  const warder = client();
  const start = '{"name":"notes/key","field":"value","version":7';
  for (const body of [
    '', 'null', '[]', '{', `${start}}`, `${start},"value":7}`, `${start},"value":null}`,
    `${start},"value":"a","value_base64":"YQ=="}`, `${start},"value":"a","value":"b"}`,
    `${start},"version":8,"value":"a"}`, `${start},"inner":{"value":"a"}}`, `${start},"value":"a"} x`,
    `${start},"value":"\\x"}`, `${start},"value":"\\ud800"}`, `${start},"value":"\\udc00\\ud800"}`,
    `${start},"value":"a\nb"}`, `${start},"value":"a",}`, `${start},"value_base64":"YQ"}`,
    `${start},"value_base64":"Y Q=="}`, `${start},"value":"a","max_stale":"1"}`,
    '{"name":"notes/key","field":"value","version":0,"value":"a"}',
    '{"name":"notes/key","field":"value","version":01,"value":"a"}',
    '{"name":"notes/key","field":"value","version":4294967296,"value":"a"}',
    '{"name":"notes/other","field":"value","version":7,"value":"a"}',
    '{"name":"notes/key","field":"other","version":7,"value":"a"}',
  ]) {
    vault.overrides['GET /v1/secrets/'] = answer(200, body);
    await fails(Code.protocolViolation, resolve(warder));
  }
}));

test('several fields are of one version', () => withVault(async (vault, client) => {
  const body = '{"name":"app/db","version":3,"values":[{"field":"username","value":"app"},{"value_base64":"cHc=","field":"password"}]}';
  vault.overrides['GET /v1/secrets/'] = answer(200, body);
  const options = { tool: 'notes/list', field: ['username', 'password'] };
  let kept;
  await client().withCredential('app/db', options, (login) => {
    kept = login;
    assert.deepEqual([login.field, login.version, login.unprotectedText()], ['username', 3, 'app']);
    assert.equal(login.unprotectedText('password'), 'pw');
    assert.equal(login.get('other'), undefined);
    assert.throws(() => login.unprotectedText('other'), TypeError);
  });
  assert.ok(kept.value.isWiped && kept.get('password').isWiped);
  const asked = vault.seen.filter(({ line }) => line.startsWith('GET /v1/secrets/'));
  assert.equal(asked[0].line, 'GET /v1/secrets/app/db?fields=username,password HTTP/1.1');
}));

test('other fields than those asked for are no answer', () => withVault(async (vault, client) => {
  const field = ['username', 'password'];
  for (const values of [
    '{}', '[]', '[{"field":"username","value":"app"}]', '[null,null]',
    '[{"field":"password","value":"pw"},{"field":"username","value":"app"}]',
    '[{"field":"username","value":"app"},{"field":"password"}]',
    '[{"field":"username","value":"app"},{"field":"password","value":7}]',
    '[{"field":"username","value":"app"},{"field":"password","value":"pw"},{"field":"x","value":"y"}]',
  ]) {
    vault.overrides['GET /v1/secrets/'] = answer(200, `{"name":"app/db","version":3,"values":${values}}`);
    await fails(Code.protocolViolation, client().resolve('app/db', { tool: 'notes/list', field }));
  }
  for (const none of [[], ['a', 'a'], ['a', 'b/c'], Array.from({ length: 33 }, (_, index) => `f${index}`)]) {
    await fails(Code.invalidRequest, client().resolve('app/db', { tool: 'notes/list', field: none }));
  }
}));

test('a success that was not expected is no success', () => withVault(async (vault, client) => {
  for (const status of [200, 204, 206, 304]) {
    vault.overrides['POST /v1/tokens'] = answer(status, status === 204 || status === 304 ? '' : '{}');
    await fails(Code.protocolViolation, resolve(client()));
  }
}));

test('an answer beyond the limit is given up', () => withVault(async (vault, client) => {
  vault.overrides['POST /v1/tokens'] = answer(201, ' '.repeat(70_000));
  await fails(Code.protocolViolation, resolve(client()));
  const chunks = `8000\r\n${' '.repeat(0x8000)}\r\n`.repeat(3);
  vault.overrides['POST /v1/tokens'] = `HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;
  await fails(Code.protocolViolation, resolve(client()));
}));

test('a body in chunks is put together', () => withVault(async (vault, client) => {
  const body = '{"name":"notes/key","field":"value","version":7,"value":"in chunks"}';
  const chunks = `a\r\n${body.slice(0, 10)}\r\n${(body.length - 10).toString(16)}\r\n${body.slice(10)}\r\n0\r\n\r\n`;
  vault.overrides['GET /v1/secrets/'] = `HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;
  assert.equal(await resolve(client()), 'in chunks');
}));

test('a connection that ends inside an answer is an outage, and the request is not sent again', () =>
  withVault(async (vault, client) => {
    const warder = client();
    await resolve(warder);
    vault.overrides['GET /v1/secrets/'] = 'HTTP/1.1 200 X\r\nContent-Length: 99\r\nConnection: close\r\n\r\n{"name":';
    await fails(Code.unreachable, resolve(warder));
    assert.equal(vault.asked('GET /v1/secrets/').length, 2);
  }));

test('escapes and bytes in a value arrive', () => withVault(async (vault, client) => {
  const warder = client();
  for (const [written, value] of [
    ['"value":"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00z"', 'a"\\/\b\f\n\r\té😀z'],
    ['"value":"é😀"', 'é😀'],
    ['"value":""', ''],
    ['"value" : "\\u0000"', '\0'],
    ['"value_base64":"w6k="', 'é'],
    ['"value_base64":""', ''],
    ['"value":"\ufeffx"', '\ufeffx'],
    [`"value":"${'\\u0041'.repeat(1 << 20)}"`, 'A'.repeat(1 << 20)],
  ]) {
    vault.value = written;
    assert.equal(await resolve(warder), value);
  }
  vault.value = '"value_base64":"/wBzM2NyZXQ="';
  const secret = await warder.resolve('notes/key', { tool: 't' });
  assert.deepEqual(secret.value.unprotectedBytes(), Buffer.from('\xff\0s3cret', 'latin1'));
  assert.throws(() => secret.unprotectedText(), (error) => !inspect(error, { showHidden: true }).includes('s3cret'));
}));

test('a token that cannot stand in a header, or lives longer than any, is never used', () =>
  withVault(async (vault, client) => {
    for (const body of [
      '{"token":"a\\r\\nX: y","expires_in":300}', '{"token":"","expires_in":300}', '{"token":"a b","expires_in":300}',
      '{"token":"é","expires_in":300}', '{"token":"t","expires_in":0}', '{"token":"t","expires_in":3601}',
      '{"token":"t","expires_in":1.5}', '{"token":"t","expires_in":"300"}', '{"token":7,"expires_in":300}',
    ]) {
      vault.overrides['POST /v1/tokens'] = answer(201, body);
      await fails(Code.protocolViolation, resolve(client()));
    }
  }));

test('what the vault writes into codes and ids reaches no log', () => withVault(async (vault, client) => {
  vault.overrides['POST /v1/tokens'] = answer(403,
    '{"error":{"code":"s3cret <b>","message":"s3cret","request_id":"wdr_t_s3cret"}}');
  const error = await failure(resolve(client()));
  assert.deepEqual([error.code, error.serverCode, error.requestId], [Code.unknown, undefined, undefined]);
  assert.ok(!inspect(error, { showHidden: true }).includes('s3cret'));
}));

test('no socket and nobody listening are unreachable with the reason of the kernel', () =>
  withVault(async (vault, client) => {
    writeFileSync(`${vault.directory}/file`, '');
    for (const [name, number] of [['none', constants.errno.ENOENT], ['file', constants.errno.ECONNREFUSED]]) {
      const error = await failure(resolve(client({ socketPath: `${vault.directory}/${name}` })));
      assert.deepEqual([error.code, error.systemError], [Code.unreachable, number]);
    }
  }));

test('two thousand calls to a vault that is away all end', () => withVault(async (vault, client) => {
  const warder = client({ socketPath: `${vault.directory}/none` });
  const calls = Array.from({ length: 2_000 }, (_, index) => failure(resolve(warder, { tool: `t${index}` })));
  assert.ok((await Promise.all(calls)).every(({ code }) => code === Code.unreachable));
}));

test('a kept connection that the vault closes is replaced, once', () => withVault(async (vault, client) => {
  const warder = client();
  await resolve(warder);
  vault.overrides['GET /v1/secrets/'] = () => {
    vault.overrides = {};
    return null;
  };
  assert.equal(await resolve(warder), 's3cret');
  assert.equal(vault.asked('GET /v1/secrets/').length, 3);
  vault.overrides['GET /v1/secrets/'] = null;
  await fails(Code.unreachable, resolve(warder));
  assert.equal(vault.asked('GET /v1/secrets/').length, 5);
}));

test('a fresh connection that the vault closes is not tried again', () => withVault(async (vault, client) => {
  vault.overrides['POST /v1/tokens'] = null;
  await fails(Code.unreachable, resolve(client()));
  assert.equal(vault.asked('POST /v1/tokens').length, 1);
}));

test('an answer that nobody asked for is not taken for the next one', () => withVault(async (vault, client) => {
  const warder = client();
  await resolve(warder);
  vault.say(answer(200, '{"name":"notes/key","field":"value","version":7,"value":"forged"}'));
  await pause(50);
  const outcome = await resolve(warder).catch(({ code }) => code);
  assert.ok(['s3cret', Code.protocolViolation].includes(outcome), outcome);
  assert.equal(await resolve(warder), 's3cret');
}));

test('calls are given up at their deadline, in the queue as well', () => withVault(async (vault, client) => {
  const warder = client({ timeout: 0.4, maximumConnections: 1 });
  await resolve(warder);
  vault.delay = 4_000;
  const start = performance.now();
  const errors = await Promise.all(Array.from({ length: 4 }, () => failure(resolve(warder))));
  assert.deepEqual(errors.map(({ code }) => code), Array(4).fill(Code.timedOut));
  assert.ok(performance.now() - start < 3_500);
  vault.delay = 0;
}));

test('more calls than may wait are refused at once', () => withVault(async (vault, client) => {
  const warder = client({ maximumCalls: 1 });
  const first = resolve(warder);
  const error = await failure(resolve(warder));
  assert.deepEqual([error.code, error.isRetryable], [Code.overloaded, true]);
  assert.equal(await first, 's3cret');
  assert.equal(await resolve(warder), 's3cret');
}));

test('a call whose signal is aborted ends at once and takes nobody with it', () => withVault(async (vault, client) => {
  const warder = client();
  vault.delay = 2_000;
  const abort = new AbortController();
  const others = Array.from({ length: 5 }, () => resolve(warder));
  const cancelled = failure(resolve(warder, { signal: abort.signal }));
  await pause(50);
  const start = performance.now();
  abort.abort();
  assert.equal((await cancelled).code, Code.cancelled);
  assert.ok(performance.now() - start < 1_500);
  assert.deepEqual(await Promise.all(others), Array(5).fill('s3cret'));
  await fails(Code.cancelled, resolve(warder, { signal: abort.signal, arguments: {} }));
}));

test('calls in flight end when the client is closed', () => withVault(async (vault, client) => {
  const warder = client();
  vault.overrides['POST /v1/tokens'] = () => pause(2_000, null);
  const waiting = failure(resolve(warder));
  await pause(50);
  await warder.close();
  assert.equal((await waiting).code, Code.closed);
  await fails(Code.closed, resolve(warder));
}));

test('requests carry the token, the trace and nothing that was not given', () => withVault(async (vault, client) => {
  const context = { onBehalfOf: 'ada', agent: 'assistant', session: 's', purpose: 'why ü', traceparent: trace };
  const warder = client();
  await resolve(warder, { field: 'user', toolDigest: 'a'.repeat(64), arguments: { b: 1, a: 'é' }, context });
  const [token, secret] = vault.seen;
  assert.equal(token.body, `{"tool":"notes/create","tool_digest":"${'a'.repeat(64)}","on_behalf_of":"ada",`
    + '"agent":"assistant","session":"s","purpose":"why ü","arguments":{"a":"é","b":1}}');
  assert.equal(secret.line, 'GET /v1/secrets/notes/key?field=user HTTP/1.1');
  assert.deepEqual([token.fields.traceparent, secret.fields.traceparent], [trace, trace]);
  await resolve(warder, { context: { traceparent: '00-0AF7\r\nX: y' } });
  assert.equal(vault.seen[2].body, '{"tool":"notes/create"}');
  assert.ok(!('traceparent' in vault.seen[2].fields));
}));

test('tokens are renewed half way, waited for after four fifths, and a failed renewal disturbs nobody', () =>
  withVault(async (vault, client) => {
    clock = clockAt(1_000);
    const warder = client({ clock, jitter: () => 0.5 });
    await resolve(warder);
    clock.now += 149;
    await resolve(warder);
    assert.equal(vault.issued, 1);
    clock.now += 2;
    vault.overrides['POST /v1/tokens'] = () => pause(1_500, refusal(503, 'unavailable'));
    const start = performance.now();
    await resolve(warder);
    assert.ok(performance.now() - start < 1_200);
    await pause(2_000);
    await resolve(warder);
    assert.equal(vault.asked('POST /v1/tokens').length, 2);
    clock.now += 1.1;
    await resolve(warder);
    await pause(200);
    assert.equal(vault.asked('POST /v1/tokens').length, 3);
    clock.now += 90;
    await fails(Code.unavailable, resolve(warder));
  }));

test('a vault that accepts no token is asked twice and no more', () => withVault(async (vault, client) => {
  vault.overrides['GET /v1/secrets/'] = refusal(401, 'token_invalid');
  await fails(Code.tokenInvalid, resolve(client()));
  assert.equal(vault.asked('GET /v1/secrets/').length, 2);
  assert.equal(vault.asked('POST /v1/tokens').length, 2);
}));

test('no more than 256 tokens are kept', () => withVault(async (vault, client) => {
  clock = clockAt(0);
  const warder = client({ clock });
  for (let index = 0; index < 300; index += 1) {
    clock.now += 0.01;
    await resolve(warder, { context: { session: `s${index}` } });
  }
  await resolve(warder, { context: { session: 's299' } });
  assert.equal(vault.issued, 300);
  await resolve(warder, { context: { session: 's0' } });
  assert.equal(vault.issued, 301);
}));

test('the value is gone when the body is done, and the outcome is reported', () => withVault(async (vault, client) => {
  const told = [];
  const warder = client({ reportFailed: (error) => told.push(error.code) });
  const secret = await warder.withCredential('a', { tool: 't' }, async (found) => found);
  assert.ok(secret.value.isWiped);
  await warder.withCredential('a', { tool: 't', outcome: () => 'error' }, () => 1);
  await assert.rejects(warder.withCredential('a', { tool: 't' }, () => { throw new TypeError('x'); }), TypeError);
  await assert.rejects(warder.withCredential('a', { tool: 't' }, async () => { throw new CredentialRefused(); }));
  const outcomes = vault.asked('POST /v1/calls').map(({ body }) => JSON.parse(body).outcome);
  assert.deepEqual(outcomes, ['ok', 'error', 'error', 'refused']);
  vault.overrides['POST /v1/calls'] = refusal(503, 'audit_unavailable');
  assert.equal(await warder.withCredential('a', { tool: 't' }, () => 1), 1);
  assert.deepEqual(told, [Code.auditUnavailable]);
}));

/** The body of a call whose upstream refuses a version older than that; `then` runs before it does. */
const refusingOlder = (version, then) => async (secret) => {
  if (secret.version >= version) return secret.version;
  then();
  throw new CredentialRefused();
};

test('another version is asked for with the token that is there, which goes back afterwards', () => withVault(async (vault, client) => {
  const warder = client();
  const body = refusingOlder(8, () => { vault.version = 8; });
  assert.equal(await warder.withCredential('a', { tool: 't', arguments: {} }, body), 8);
  await warder.close();
  const [value, report] = ['GET /v1/secrets/a', 'POST /v1/calls'];
  assert.deepEqual(vault.seen.map(({ line }) => line.replace(/(\?\S*)? HTTP.*/, '')),
    ['POST /v1/tokens', value, report, value, report, 'DELETE /v1/tokens/self']);
  assert.equal(new Set(vault.seen.slice(1).map(({ fields }) => fields.authorization)).size, 1);
  assert.equal(vault.seen[3].fields['if-none-match'], '"v7"');
}));

test('a shared token that ended while a call went on is replaced once', () => withVault(async (vault, client) => {
  const warder = client();
  for (const version of [8, 7]) {
    vault.version = 7;
    const body = refusingOlder(8, () => {
      vault.version = version;
      const dead = vault.issued;
      vault.overrides['GET /v1/secrets/'] = ({ fields }) => (vault.issued === dead ? refusal(401, 'token_invalid')
        : answer(200, `{"name":"a","field":"value","version":${version},"value":"v"}`));
    });
    const call = warder.withCredential('a', { tool: 't' }, body);
    if (version === 8) assert.equal(await call, 8);
    else await assert.rejects(call, CredentialRefused);
    delete vault.overrides['GET /v1/secrets/'];
  }
  // That of the first call, and one for each that was dead.
  assert.equal(vault.issued, 3);
}));

test('a value of the same version is wiped where the vault gives it nevertheless', () => withVault(async (vault, client) => {
  const warder = client();
  vault.overrides['GET /v1/secrets/'] = answer(200, '{"name":"a","field":"value","version":7,"value":"s3cret"}');
  const wiped = new Set();
  const wipe = mock.method(Secret.prototype, 'wipe', function noted() { wiped.add(this); });
  try {
    const refuse = () => { throw new CredentialRefused(); };
    await assert.rejects(warder.withCredential('a', { tool: 't' }, refuse), CredentialRefused);
  } finally {
    wipe.mock.restore();
  }
  assert.equal(wiped.size, 2);
}));

test('a newer version that is refused as well is not kept', () => withKept(async (vault, warder, resolve) => {
  const body = () => { vault.version = 8; throw new CredentialRefused(); };
  await assert.rejects(warder.withCredential('a', { tool: 't', maxStale: 60 }, body), CredentialRefused);
  assert.equal(vault.asked('POST /v1/calls').length, 2);
  vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable');
  await fails(Code.unavailable, resolve());
}));

test('what whoever is told of a failed report throws is a warning, and nothing else', async () => {
  const warnings = [];
  const warned = (warning) => warnings.push(warning.message);
  process.on('warning', warned);
  try {
    for (const reportFailed of [() => { throw new Error('theirs'); }, async () => { throw new Error('theirs'); }]) {
      warnings.length = 0;
      await withKept(async (vault, warder, resolve) => {
        vault.overrides['POST /v1/calls'] = refusal(403, 'denied');
        assert.equal(await warder.withCredential('a', { tool: 't' }, () => 1), 1);
        vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable');
        // One that is refused in the background, and those that are lost when the client is closed.
        const secret = await resolve();
        await warder.report({ outcome: 'ok' }, secret);
        await until(() => warnings.length === 2);
        vault.overrides['POST /v1/calls'] = () => new Promise(() => {});
        for (let count = 0; count < 3; count += 1) await warder.report({ outcome: 'ok' }, secret);
        await warder.close();
        await until(() => warnings.length === 5);
      }, { reportFailed });
      assert.deepEqual(warnings, Array(5).fill('theirs'));
    }
  } finally {
    process.off('warning', warned);
  }
});

test('whatever the vault says to that question, the refusal comes out', () => withVault(async (vault, client) => {
  const warder = client({ approvalPatience: 3600 });
  for (const found of [
    refusal(401, 'token_invalid'), refusal(403, 'denied'), refusal(429, 'rate_limited'), refusal(503, 'sealed'),
    refusal(503, 'unavailable'), null, answer(200, '{}'),
    answer(202, '{"approval":"apr_0000000000000000000000","state":"pending"}'),
  ]) {
    for (const callArguments of [undefined, {}]) {
      vault.overrides = {};
      const body = refusingOlder(8, () => { vault.overrides = { 'GET /v1/secrets/': found, 'POST /v1/tokens': found }; });
      await assert.rejects(warder.withCredential('a', { tool: 't', arguments: callArguments }, body), CredentialRefused);
    }
  }
  // One for all calls without arguments, and one more in place of that which was not accepted.
  assert.equal(vault.issued, 10);
  assert.deepEqual(vault.asked('GET /v1/approvals/'), []);
}));

test('a report of ones own carries what the caller knows', () => withVault(async (vault, client) => {
  const warder = client();
  const secret = await warder.resolve('a', { tool: 't', context: { traceparent: trace } });
  await warder.report({ outcome: 'ok', durationMs: 12, outputsDigest: 'b'.repeat(64), changed: 'one ‘note’' }, secret);
  const [report] = vault.asked('POST /v1/calls');
  assert.equal(report.body, `{"outcome":"ok","duration_ms":12,"outputs_digest":"${'b'.repeat(64)}","changed":"one ‘note’"}`);
  assert.equal(report.fields.traceparent, trace);
}));

test('stale values are used in an outage, for as long as caller and vault allow', () => withVault(async (vault, client) => {
  vault.overrides['GET /v1/changes'] = refusal(404, 'not_found');
  clock = clockAt(1_000);
  const warder = client({ clock });
  const stale = async (maxStale = 60) => (await warder.resolve('a', { tool: 't', maxStale })).stale;
  const away = () => { vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable'); };
  const back = () => { delete vault.overrides['GET /v1/secrets/']; };
  // What the vault does not allow is not kept.
  await stale();
  away();
  await fails(Code.unavailable, stale());
  back();
  vault.value = '"value":"s3cret","max_stale":3600';
  assert.equal(await stale(), undefined);
  away();
  clock.now += 12.5;
  assert.equal(await stale(), 12.5);
  await fails(Code.unavailable, stale(0));
  await fails(Code.unavailable, stale(12));
  await fails(Code.unavailable, warder.resolve('a', { tool: 'other', maxStale: 60 }));
  clock.now += 48;
  await fails(Code.unavailable, stale());

  back();
  vault.value = '"value":"s3cret","max_stale":10';
  await stale();
  away();
  clock.now += 9;
  assert.equal(await stale(), 9);
  clock.now += 2;
  await fails(Code.unavailable, stale());
  vault.value = '"value":"s3cret","max_stale":3600';

  for (const [status, code] of [[429, 'rate_limited'], [503, 'audit_unavailable'], [500, 'internal']]) {
    back();
    await stale();
    vault.overrides['GET /v1/secrets/'] = refusal(status, code);
    await failure(stale());
    away();
    assert.notEqual(await stale(), undefined);
  }
  for (const [status, code] of [[403, 'denied'], [404, 'not_found'], [401, 'token_invalid'], [503, 'sealed']]) {
    back();
    await stale();
    vault.overrides['GET /v1/secrets/'] = refusal(status, code);
    await failure(stale());
    away();
    await fails(Code.unavailable, stale());
  }
  assert.equal(vault.asked('GET /v1/changes').length, 1);
}));

test('what a late report says of the call fits into what the vault takes', () => withVault(async (vault, client) => {
  vault.value = '"value":"s3cret","max_stale":60';
  vault.overrides['GET /v1/changes'] = refusal(404, 'not_found');
  const warder = client();
  await warder.resolve('a', { tool: 't', maxStale: 60 });
  vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable');
  const secret = await warder.resolve('a', { tool: 't', maxStale: 60 });
  await warder.report({ outcome: 'ok', changed: 'é'.repeat(400) }, secret);
  await until(() => vault.asked('POST /v1/calls').length > 0);
  const { changed } = JSON.parse(vault.asked('POST /v1/calls')[0].body);
  assert.match(changed, /^used version 7 as the vault gave it 0 s before, while it was away; é+$/);
  assert.ok([499, 500].includes(Buffer.byteLength(changed)));
}));

test('changes are told one by one behind a beginning', () => withVault(async (vault, client) => {
  const bodies = [
    '{"next":"c1","changes":[],"reset":false}',
    '{"next":"c2","changes":[{"secret":"app/db","version":8},{"secret":"x","revoked":true}],"reset":false}',
    '{"next":"c3","changes":[],"reset":true}',
  ];
  vault.overrides['GET /v1/changes'] = () =>
    (bodies.length > 0 ? answer(200, bodies.shift()) : pause(3_000, null));
  const warder = client();
  const found = [];
  const changes = warder.changes();
  while (found.length < 4) found.push((await changes.next()).value);
  assert.deepEqual(found.map(({ kind, secret, version }) => [kind, secret, version]), [
    ['everything', undefined, undefined], ['version', 'app/db', 8], ['revoked', 'x', undefined],
    ['everything', undefined, undefined],
  ]);
  assert.deepEqual([found[1].concerns('app/db'), found[1].concerns('x'), found[3].concerns('x')], [true, false, true]);
  assert.deepEqual(vault.asked('GET /v1/changes').map(({ line }) => line.split(' ')[1]).slice(0, 3),
    ['/v1/changes?wait=0', '/v1/changes?wait=55&since=c1', '/v1/changes?wait=55&since=c2']);
  const waiting = failure(changes.next());
  await pause(150);
  await warder.close();
  assert.equal((await waiting).code, Code.closed);
}));

test('an outage is told once when it has lasted, a refusal ends the sequence', () => withVault(async (vault, client) => {
  const answers = [
    answer(200, '{"next":"c1","changes":[],"reset":false}'),
    answer(200, '{"next":"c2","changes":[{"secret":"x","version":2}],"reset":false}'), refusal(403, 'denied'),
  ];
  let isAway = false;
  vault.overrides['GET /v1/changes'] = () => (isAway ? null : answers.shift());
  const changes = client({ jitter: () => 0 }).changes({ maxStale: 0.3 });
  const kinds = [];
  while (kinds.length < 3) {
    kinds.push((await changes.next()).value.kind);
    isAway = kinds.length === 1;
  }
  assert.deepEqual(kinds, ['everything', 'out_of_touch', 'everything']);
  await fails(Code.refused, changes.next());
}));

/** Waits until nothing is kept, of a vault that is away. */
async function gone(vault, warder) {
  vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable');
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      await warder.resolve('a', { tool: 't', maxStale: 60 });
    } catch (error) {
      assert.equal(error.code, Code.unavailable);
      return;
    }
    assert.ok(performance.now() < end, 'it is still kept');
    await pause(20);
  }
}

test('a refusal to tell changes ends what is kept, until they are told again', () => withVault(async (vault, client) => {
  vault.value = '"value":"s3cret","max_stale":60';
  for (const [status, code] of [[403, 'denied'], [503, 'sealed'], [503, 'restored_vault'], [403, 'of_a_later_vault']]) {
    vault.overrides = { 'GET /v1/changes': refusal(status, code) };
    const warder = client();
    await warder.resolve('a', { tool: 't', maxStale: 60 });
    await gone(vault, warder);
    delete vault.overrides['GET /v1/secrets/'];
    await warder.resolve('a', { tool: 't', maxStale: 60 });
    await gone(vault, warder);
  }
}));

test('a change drops what is kept though the version is the same, and what may have been missed counts as changed', () =>
  withVault(async (vault, client) => {
    vault.value = '"value":"s3cret","max_stale":60';
    const first = answer(200, '{"next":"c1","changes":[],"reset":false}');
    const change = answer(200, '{"next":"c2","changes":[{"secret":"a","version":7}],"reset":false}');
    for (const script of [[first, change], [null, null, first]]) {
      vault.overrides = { 'GET /v1/changes': () => (script.length > 0 ? script.shift() : pause(3_000, null)) };
      const warder = client({ jitter: () => 0 });
      await warder.resolve('a', { tool: 't', maxStale: 60 });
      await gone(vault, warder);
    }
  }));

/** A vault that tells no changes and allows values to be kept, with one that is; what a call with it gets. */
async function withKept(test, settings) {
  await withVault(async (vault, client) => {
    vault.value = '"value":"s3cret","max_stale":60';
    vault.overrides['GET /v1/changes'] = refusal(404, 'not_found');
    const warder = client(settings);
    const resolve = () => warder.resolve('a', { tool: 't', maxStale: 60 });
    await resolve();
    await test(vault, warder, resolve);
  });
}

test('the newer version that a refused call goes on with is kept in its place', () => withKept(async (vault, warder) => {
  const away = () => { vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable'); };
  const used = [];
  const call = (version) => warder.withCredential('a', { tool: 't', maxStale: 60 }, (secret) => {
    used.push(secret.version);
    return refusingOlder(version, () => {
      delete vault.overrides['GET /v1/secrets/'];
      vault.version = version;
    })(secret);
  });
  // First refused as a kept value, then as one of now.
  away();
  await call(8);
  await call(9);
  away();
  await call(9);
  assert.deepEqual(used, [7, 8, 8, 9, 9]);
}));

test('a kept value that its upstream refused is not used again', () => withKept(async (vault, warder, resolve) => {
  vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable');
  await assert.rejects(
    warder.withCredential('a', { tool: 't', maxStale: 60 }, refusingOlder(8, () => {})),
    CredentialRefused,
  );
  await fails(Code.unavailable, resolve());
}));

async function until(holds) {
  const end = performance.now() + 60_000;
  while (!await holds()) {
    assert.ok(performance.now() < end, 'it does not happen');
    await pause(10);
  }
}

test('nothing is kept before the vault has said what changes, and a first call waits for that', () => withVault(async (vault, client) => {
  vault.value = '"value":"s3cret","max_stale":60';
  const away = refusal(503, 'unavailable');
  vault.overrides['GET /v1/changes'] = null;
  const early = client({ jitter: () => 0 });
  await early.resolve('a', { tool: 't', maxStale: 60 });
  vault.overrides['GET /v1/secrets/'] = away;
  await fails(Code.unavailable, early.resolve('a', { tool: 't', maxStale: 60 }));

  let tell;
  const told = new Promise((done) => { tell = done; });
  const first = told.then(() => answer(200, '{"next":"c1","changes":[],"reset":false}'));
  vault.overrides = { 'GET /v1/changes': ({ line }) => (line.includes('since') ? pause(3_000, null) : first) };
  const asked = vault.asked('GET /v1/secrets/').length;
  const warder = client();
  const resolving = warder.resolve('a', { tool: 't', maxStale: 60 });
  await pause(100);
  assert.equal(vault.asked('GET /v1/secrets/').length, asked);
  tell();
  await resolving;
  vault.overrides['GET /v1/secrets/'] = away;
  assert.notEqual((await warder.resolve('a', { tool: 't', maxStale: 60 })).stale, undefined);
}));

test('a value that was refused to another call while it was on its way is not kept', () => withKept(async (vault, warder, resolve) => {
  let release;
  const refused = new Promise((done) => { release = done; });
  const late = refused.then(() => answer(200, '{"name":"a","field":"value","version":8,"value":"v","max_stale":60}'));
  const answers = [late];
  vault.overrides['GET /v1/secrets/'] = () => answers.shift() ?? refusal(403, 'denied');
  const first = resolve();
  await until(() => answers.length === 0);
  await fails(Code.refused, resolve());
  release();
  assert.equal((await first).version, 8);
  vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable');
  await fails(Code.unavailable, resolve());
}));

test('a call whose token was refused is served nothing where nobody issues another', () => withKept(async (vault, warder, resolve) => {
  vault.overrides['GET /v1/secrets/'] = refusal(401, 'token_invalid');
  vault.overrides['POST /v1/tokens'] = refusal(503, 'unavailable');
  for (let count = 0; count < 2; count += 1) await fails(Code.unavailable, resolve());
}));

test('a vault that is back and takes no reports yet leaves them waiting', async () => {
  const failed = [];
  await withKept(async (vault, warder, resolve) => {
    for (const [status, code] of [
      [503, 'sealed'], [429, 'rate_limited'], [503, 'audit_unavailable'], [503, 'restored_vault'], [503, 'not_initialised'],
    ]) {
      vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable');
      vault.overrides['POST /v1/calls'] = refusal(status, code);
      const secret = await resolve();
      const before = vault.asked('POST /v1/calls').length;
      for (let count = 0; count < 3; count += 1) await warder.report({ outcome: 'ok' }, secret);
      delete vault.overrides['GET /v1/secrets/'];
      // One is tried with each call and each report, and the others are left for later.
      let calls = 0;
      await until(async () => {
        await resolve();
        calls += 1;
        return vault.asked('POST /v1/calls').length > before + 3;
      });
      assert.ok(vault.asked('POST /v1/calls').length <= before + 3 + calls);
      delete vault.overrides['POST /v1/calls'];
      // One that was on its way is put back first.
      await until(async () => (await resolve()).stale === undefined && vault.asked('POST /v1/calls').length >= before + 7);
    }
  }, { reportFailed: ({ code }) => failed.push(code) });
  assert.deepEqual(failed, []);
});

test('a late report whose token ended meanwhile goes out under a new one', () => withKept(async (vault, warder, resolve) => {
  vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable');
  const secret = await resolve();
  const answers = [refusal(401, 'token_invalid')];
  vault.overrides['POST /v1/calls'] = () => answers.shift() ?? answer(204);
  await warder.report({ outcome: 'ok' }, secret);
  await until(() => vault.asked('POST /v1/calls').length === 2);
  const tokens = vault.asked('POST /v1/calls').map(({ fields }) => fields.authorization);
  assert.equal(new Set(tokens).size, 2);
}));

test('nobody waits for a late report, and one that never reaches the vault is told', () => withVault(async (vault, client) => {
  vault.value = '"value":"s3cret","max_stale":60';
  vault.overrides['GET /v1/changes'] = refusal(404, 'not_found');
  const lost = [];
  const warder = client({ reportFailed: ({ code }) => lost.push(code) });
  await warder.resolve('a', { tool: 't', maxStale: 60 });
  vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable');
  vault.overrides['POST /v1/calls'] = () => new Promise(() => {});
  const secret = await warder.resolve('a', { tool: 't', maxStale: 60 });
  // One on its way, and those that may wait.
  for (let count = 0; count < 1 + 256; count += 1) await warder.report({ outcome: 'ok' }, secret);
  assert.deepEqual(lost, []);
  // The oldest makes room.
  await warder.report({ outcome: 'ok' }, secret);
  assert.deepEqual(lost, [Code.overloaded]);
  await warder.close();
  assert.deepEqual(lost, [Code.overloaded, ...Array(256 + 1).fill(Code.closed)]);
}));

test('a late report keeps no process, nor does the token that it asks for', async () => {
  const program = `
    import { WarderClient } from ${JSON.stringify(new URL('../src/index.js', import.meta.url).href)};
    const warder = new WarderClient({ socketPath: process.argv[1], timeout: 3600 });
    const resolve = () => warder.resolve('a', { tool: 't', maxStale: 60 });
    await resolve();
    process.stdout.write('kept');
    await new Promise((done) => process.stdin.once('data', done));
    await warder.report({ outcome: 'ok' }, await resolve());
    process.stdin.destroy();
  `;
  await withVault(async (vault) => {
    vault.value = '"value":"s3cret","max_stale":60';
    vault.overrides['GET /v1/changes'] = refusal(404, 'not_found');
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, vault.path], { timeout: 120_000 });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable');
    vault.overrides['POST /v1/calls'] = refusal(401, 'token_invalid');
    vault.overrides['POST /v1/tokens'] = () => new Promise(() => {});
    child.stdin.write('go');
    assert.deepEqual(await ended, [0, null]);
  });
});

test('a change drops the value that was kept', () => withVault(async (vault, client) => {
  let tell;
  const told = new Promise((done) => { tell = done; });
  const answers = [
    async () => answer(200, '{"next":"c1","changes":[],"reset":false}'),
    async () => { await told; return answer(200, '{"next":"c2","changes":[{"secret":"a","version":8}],"reset":false}'); },
  ];
  vault.overrides['GET /v1/changes'] = () => (answers.shift() ?? (() => pause(3_000, null)))();
  vault.value = '"value":"s3cret","max_stale":60';
  const warder = client();
  const stale = async () => (await warder.resolve('a', { tool: 't', maxStale: 60 })).stale;
  await stale();
  vault.overrides['GET /v1/secrets/'] = refusal(503, 'unavailable');
  assert.notEqual(await stale(), undefined);
  await pause(200);
  tell();
  await pause(200);
  await fails(Code.unavailable, stale());
}));

test('a client that was made does not keep the process, and one without a usable path is refused', async () => {
  for (const socketPath of ['relative.sock', '', `/${'x'.repeat(107)}`, '/a\0b']) {
    assert.throws(() => new WarderClient({ socketPath }), { code: Code.invalidConfiguration });
  }
  new WarderClient({ socketPath: `/${'x'.repeat(106)}` });
});
