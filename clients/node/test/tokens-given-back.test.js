// What becomes of a token of one call that got no value: with it would go what people said for the call.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from '../src/index.js';
import { answer, refusal, withVault } from './stub.js';

const giveBack = 'DELETE /v1/tokens/self';

const failure = (client, wish) => client.resolve('notes/key', { tool: 'notes/create', arguments: {}, ...wish })
  .then(() => assert.fail('it did not fail'), (error) => error.code);

/** The tokens that were given back. */
const returned = (vault) => vault.asked(giveBack).map(({ fields }) => fields.authorization);
const issued = (number) => `Bearer wdr_t_${String(number).padStart(49, '0')}`;

test('it is back when the call fails with a lost connection or an answer without a value', () =>
  withVault(async (vault, client) => {
    for (const [found, code] of [
      [null, Code.unreachable],
      [refusal(503, 'unavailable'), Code.unavailable],
      [refusal(403, 'denied'), Code.refused],
      ['no HTTP\r\n\r\n', Code.protocolViolation],
    ]) {
      vault.overrides['GET /v1/secrets/'] = found;
      const before = returned(vault).length;
      assert.equal(await failure(client()), code);
      assert.deepEqual(returned(vault).slice(before), [issued(vault.issued)]);
    }
  }));

test('it is given back when the time is up', () => withVault(async (vault, client) => {
  const warder = client({ timeout: 1 });
  vault.overrides['GET /v1/secrets/'] = () => new Promise(() => {});
  assert.equal(await failure(warder), Code.timedOut);
  await warder.close();
  assert.deepEqual(returned(vault), [issued(1)]);
}));

test('a cancelled call gives it back, also where the client is closed at once', () => withVault(async (vault, client) => {
  const warder = client();
  const controller = new AbortController();
  vault.overrides['GET /v1/secrets/'] = () => {
    controller.abort();
    return new Promise(() => {});
  };
  assert.equal(await failure(warder, { signal: controller.signal }), Code.cancelled);
  await warder.close();
  assert.deepEqual(returned(vault), [issued(1)]);
}));

test('a vault that does not take it changes nothing for the caller', () => withVault(async (vault, client) => {
  vault.overrides['GET /v1/secrets/'] = null;
  vault.overrides[giveBack] = null;
  assert.equal(await failure(client()), Code.unreachable);
}));

test('one that the vault does not know, or that other calls use, is not given back', () => withVault(async (vault, client) => {
  const warder = client();
  vault.overrides['GET /v1/secrets/'] = refusal(401, 'token_invalid');
  assert.equal(await failure(warder), Code.tokenInvalid);
  vault.overrides['GET /v1/secrets/'] = answer(200, 'no JSON');
  assert.equal(await failure(warder, { arguments: undefined }), Code.protocolViolation);
  assert.deepEqual(returned(vault), []);
}));
