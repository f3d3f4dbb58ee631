// What a call does that people have to approve.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from '../src/index.js';
import { answer, refusal, withVault } from './stub.js';

const approval = 'apr_0000000000000000000000';
const standing = (state, status = 200) =>
  answer(status, JSON.stringify({ approval, state, expires: '2027-01-01T00:00:00.000Z' }));

const resolve = async (client, wish) =>
  (await client.resolve('notes/key', { tool: 'notes/create', ...wish })).unprotectedText();

/** The error of a call. */
const failure = (call) => call.then(() => assert.fail('it did not fail'), (error) => error);

/** A vault that asks people first. `decide` answers each question about what they say; it gets its number. */
const withPeople = (decide, run) => withVault(async (vault, client) => {
  vault.overrides['POST /v1/tokens'] = standing('pending', 202);
  vault.overrides['GET /v1/approvals/'] = () => decide(vault, vault.asked('GET /v1/approvals/').length);
  await run(vault, client);
});

test('without patience a call fails at once, and the error names the approval', () => withPeople(
  () => standing('pending'),
  async (vault, client) => {
    const error = await failure(resolve(client()));
    assert.deepEqual([error.code, error.approval, error.isRefusal], [Code.approvalRequired, approval, true]);
    assert.ok(error.message.includes(approval));
    assert.equal(vault.asked('GET /v1/approvals/').length, 0);
  },
));

test('with patience it waits until somebody has decided, and asks once more', () => withPeople(
  (vault, number) => {
    if (number < 3) return standing('pending');
    delete vault.overrides['POST /v1/tokens'];
    return standing('approved');
  },
  async (vault, client) => {
    assert.equal(await resolve(client({ approvalPatience: 600 })), 's3cret');
    const lines = vault.asked('GET /v1/approvals/').map(({ line }) => line);
    assert.deepEqual(lines, Array(3).fill(`GET /v1/approvals/${approval}?wait=55 HTTP/1.1`));
    assert.equal(vault.asked('POST /v1/tokens').length, 2);
  },
));

test('a no ends the waiting', () => withPeople(
  (vault) => {
    vault.overrides['POST /v1/tokens'] = refusal(403, 'approval_denied');
    return standing('denied');
  },
  async (vault, client) => {
    assert.equal((await failure(resolve(client({ approvalPatience: 600 })))).code, Code.approvalDenied);
  },
));

test('a vault that asks for the same again is not asked for ever', () => withPeople(
  () => standing('approved'),
  async (vault, client) => {
    assert.equal((await failure(resolve(client({ approvalPatience: 600 })))).code, Code.approvalRequired);
    assert.equal(vault.asked('POST /v1/tokens').length, 2);
  },
));

test('neither an outage nor an approval that the vault forgot ends the waiting', () => withPeople(
  (vault, number) => {
    if (number < 2) return refusal(503, 'unavailable');
    delete vault.overrides['POST /v1/tokens'];
    return refusal(404, 'not_found');
  },
  async (vault, client) => {
    assert.equal(await resolve(client({ approvalPatience: 600 })), 's3cret');
  },
));

test('patience ends', () => withPeople(
  () => standing('pending'),
  async (vault, client) => {
    const error = await failure(resolve(client({ approvalPatience: 0.05 })));
    assert.deepEqual([error.code, error.approval], [Code.approvalRequired, approval]);
  },
));

test('a name that no vault gives is not passed on', () => withVault(async (vault, client) => {
  const warder = client({ approvalPatience: 600 });
  for (const body of ['{"approval":"apr_1 HTTP/1.1"}', '{"approval":7}', '{}', 'no JSON']) {
    vault.overrides['POST /v1/tokens'] = answer(202, body);
    const error = await failure(resolve(warder));
    assert.deepEqual([error.code, error.approval], [Code.approvalRequired, undefined]);
  }
}));

for (const [name, code, end] of [
  ['closing the client', Code.closed, (warder) => warder.close()],
  ['a signal', Code.cancelled, (warder, controller) => controller.abort()],
]) {
  test(`${name} ends the waiting, during which other calls have all connections`, async () => {
    let asked;
    let decide;
    const isAsked = new Promise((done) => { asked = done; });
    const decided = new Promise((done) => { decide = done; });
    await withPeople(
      () => {
        asked();
        return decided;
      },
      async (vault, client) => {
        const warder = client({ approvalPatience: 600, maximumConnections: 1 });
        const controller = new AbortController();
        const waiting = failure(resolve(warder, { signal: controller.signal }));
        await isAsked;
        assert.equal((await warder.health()).state, 'unsealed');
        await end(warder, controller);
        assert.equal((await waiting).code, code);
        decide(null);
      },
    );
  });
}
