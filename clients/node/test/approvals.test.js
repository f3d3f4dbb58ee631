// What a call does that people have to approve.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
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

/** Answers of the vault that wait until `decide` is called, and how many waited at each that came. */
function heldQuestions() {
  const counts = [];
  let waiting = 0;
  let decide;
  const decided = new Promise((done) => { decide = done; });
  const held = async () => {
    waiting += 1;
    counts.push(waiting);
    await decided;
    waiting -= 1;
    return standing('approved');
  };
  return { counts, decide, held };
}

/** Asks for a new approval each time. */
function askPeople(vault) {
  let number = 0;
  vault.overrides['POST /v1/tokens'] = () => {
    number += 1;
    const name = `apr_${String(number).padStart(22, '0')}`;
    return answer(202, JSON.stringify({ approval: name, state: 'pending', expires: '2027-01-01T00:00:00.000Z' }));
  };
}

const until = async (holds) => {
  while (!holds()) await pause(5);
};

/** Calls with a token of their own each. */
const inParallel = (warder, count) => Promise.all(
  Array.from({ length: count }, (_, number) => resolve(warder, { arguments: { number } })),
);

test('a call that waits for people counts as a call', async () => {
  const { counts, decide, held } = heldQuestions();
  await withPeople((_, number) => (number === 1 ? held() : standing('approved')), async (vault, client) => {
    const warder = client({ approvalPatience: 600, maximumCalls: 1 });
    const waiting = failure(resolve(warder));
    await until(() => counts.length > 0);
    assert.equal((await failure(resolve(warder))).code, Code.overloaded);
    await warder.close();
    assert.equal((await waiting).code, Code.closed);
    decide();
  });
});

test('calls that wait for the same approval share one question', async () => {
  const { counts, decide, held } = heldQuestions();
  await withPeople(held, async (vault, client) => {
    const calls = inParallel(client({ approvalPatience: 600 }), 20);
    await until(() => vault.asked('POST /v1/tokens').length === 20);
    // Time for questions that must not come.
    await pause(500);
    delete vault.overrides['POST /v1/tokens'];
    decide();
    assert.deepEqual(await calls, Array(20).fill('s3cret'));
    assert.equal(Math.max(...counts), 1);
  });
});

test('no more than four questions wait at the vault, and all are asked', async () => {
  const { counts, decide, held } = heldQuestions();
  await withPeople(held, async (vault, client) => {
    askPeople(vault);
    const calls = inParallel(client({ approvalPatience: 600 }), 12);
    await until(() => vault.asked('POST /v1/tokens').length === 12 && counts.length >= 4);
    await pause(500);
    delete vault.overrides['POST /v1/tokens'];
    decide();
    assert.deepEqual(await calls, Array(12).fill('s3cret'));
    assert.equal(Math.max(...counts), 4);
  });
});

test('more approvals than questions take turns', async () => {
  const asked = new Set();
  await withPeople(() => standing('pending'), async (vault, client) => {
    askPeople(vault);
    vault.overrides['GET /v1/approvals/'] = ({ line }) => {
      asked.add(line.split('?')[0]);
      if (asked.size < 12) return standing('pending');
      delete vault.overrides['POST /v1/tokens'];
      return standing('approved');
    };
    assert.deepEqual(await inParallel(client({ approvalPatience: 120 }), 12), Array(12).fill('s3cret'));
  });
});

test('a vault that has too many questions says when to ask again', async () => {
  const times = [];
  await withPeople(
    (vault, number) => {
      times.push(performance.now());
      if (number < 2) return refusal(429, 'rate_limited', 'Retry-After: 2\r\n');
      delete vault.overrides['POST /v1/tokens'];
      return standing('approved');
    },
    async (vault, client) => {
      assert.equal(await resolve(client({ approvalPatience: 600 })), 's3cret');
      assert.ok(times[1] - times[0] > 1_900);
    },
  );
});

test('closing the client ends the pause that the vault asked for', () => withPeople(
  () => refusal(429, 'rate_limited', 'Retry-After: 3600\r\n'),
  async (vault, client) => {
    const warder = client({ approvalPatience: 7_200 });
    const waiting = failure(resolve(warder));
    await until(() => vault.asked('GET /v1/approvals/').length > 0);
    await pause(200);
    await warder.close();
    assert.equal((await waiting).code, Code.closed);
    assert.equal(vault.asked('GET /v1/approvals/').length, 1);
  },
));

test('a call that is cancelled leaves the question to the others, and takes it along where there are none', async () => {
  const { counts, decide, held } = heldQuestions();
  await withPeople(held, async (vault, client) => {
    const warder = client({ approvalPatience: 600 });
    const controllers = [new AbortController(), new AbortController()];
    const calls = controllers.map(({ signal }) => failure(resolve(warder, { signal })));
    await until(() => counts.length > 0);
    controllers[0].abort();
    assert.equal((await calls[0]).code, Code.cancelled);
    assert.equal(vault.openConnections, 2);
    controllers[1].abort();
    assert.equal((await calls[1]).code, Code.cancelled);
    await until(() => vault.openConnections === 1);
    assert.equal(counts.length, 1);
    decide();
  });
});
