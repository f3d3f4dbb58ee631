// Everything that the library exports, as programs use it. Compiled with Node's types, with the browser's, and with neither.

import {
  Change, Code, CredentialRefused, ResolvedSecret, Secret, WarderClient, WarderClientError,
  type CallContext, type CallReport, type CredentialOptions, type Health, type Outcome, type ResolveOptions,
  type WarderClientConfiguration, type WhoAmI,
} from 'warder-client';
import {
  callContext, explain, withCredential,
  type InputRequired, type ToolCall, type ToolContent, type ToolFailure, type ToolOptions, type ToolResult,
} from 'warder-client/mcp';

const configuration: WarderClientConfiguration = {
  socketPath: '/run/warder/client.sock',
  timeout: 5,
  approvalPatience: 30,
  maximumConnections: 4,
  maximumCalls: 100,
  clock: () => 0,
  reportFailed: (error) => failed(error),
  jitter: () => 0.5,
};

export async function everything(): Promise<void> {
  const warder: WarderClient = await WarderClient.connect(configuration);
  const lazy = new WarderClient();

  const context: CallContext = { onBehalfOf: 'ada', agent: 'agent', session: undefined, purpose: 'why', traceparent: '00-…' };
  const options: ResolveOptions = {
    tool: 'notes/create_note', field: ['username', 'password'], toolDigest: undefined, arguments: { text: 'hello' }, context, maxStale: 300,
  };
  const secret: ResolvedSecret = await warder.resolve('app/db', options);
  const [name, field, version, stale]: [string, string, number, number | undefined] = [
    secret.name, secret.field, secret.version, secret.stale,
  ];
  const [value, password]: [Secret, Secret | undefined] = [secret.value, secret.get('password')];
  const texts: string[] = [secret.unprotectedText(), secret.unprotectedText('password'), value.unprotectedText()];
  const bytes: Uint8Array = value.unprotectedBytes();
  value.copyTo(new Uint8Array(value.byteLength), 0);
  value.copy().wipe();
  const redacted: ['Secret(redacted)', 'ResolvedSecret(redacted)'] = [value.toString(), secret.toJSON()];

  const report: CallReport = { outcome: 'ok', durationMs: 3, outputsDigest: 'f'.repeat(64), changed: 'a note' };
  await warder.report(report, secret);
  secret.wipe();

  // What the body returns comes out, waited for.
  const length: number = await warder.withCredential('app/db', { tool: 'notes/read' }, (given) => given.version);
  const asked: CredentialOptions<Promise<string>> = { tool: 'notes/read', outcome: (text): Outcome => (text === '' ? 'error' : 'ok') };
  const text: string = await warder.withCredential('app/db', asked, async (given) => given.unprotectedText());

  const health: Health = await lazy.health();
  const seen: WhoAmI = await lazy.whoAmI();
  const unit: string | undefined = seen.unit;
  for await (const change of warder.changes({ maxStale: 60 })) {
    const told: Change = change;
    if (told.concerns('app/db') && told.kind === 'version') shown(told.secret, told.version);
    // @ts-expect-error: there is no such kind
    if (told.kind === 'changed') break;
  }
  await lazy.close();
  shown(name, field, version, stale, password, texts, bytes, redacted, length, text, health.state, unit, value.isWiped);

  // @ts-expect-error: a call names its tool
  await warder.resolve('app/db', { field: 'password' });
  // @ts-expect-error: a call names its tool
  await warder.withCredential('app/db', {}, () => undefined);
  // @ts-expect-error: seconds, and no text
  await warder.resolve('app/db', { tool: 'notes/read', maxStale: '5m' });
  // @ts-expect-error: a misspelt option would ask for another field than is meant
  await warder.resolve('app/db', { tool: 'notes/read', fields: ['password'] });
  // @ts-expect-error: an outcome is one of three words
  await warder.report({ outcome: 'success' }, secret);
  // @ts-expect-error: a resolved secret is no text
  const leaked: string = secret;
  // @ts-expect-error: nor is its value
  const leakedToo: string = secret.value;
  // @ts-expect-error: it is resolved, not made
  new ResolvedSecret();
  // @ts-expect-error: nor is a secret made
  new Secret();
  // @ts-expect-error: what was resolved does not change
  secret.version = 2;
  // @ts-expect-error: seconds
  new WarderClient({ timeout: '10s' });
  shown(leaked, leakedToo);
}

/** Every failure can be told apart. */
function failed(error: WarderClientError): string {
  const code: Code = error.code;
  const details: [string | undefined, string | undefined, string | undefined, number | undefined, number | undefined] = [
    error.serverCode, error.approval, error.requestId, error.retryAfter, error.systemError,
  ];
  shown(details, error.isRefusal, error.isRetryable, error.message);
  // @ts-expect-error: the vault's word for it is another
  if (code === 'denied') return '';
  // @ts-expect-error: errors come from the library
  new WarderClientError(Code.refused);
  switch (code) {
    case Code.refused: case Code.approvalRequired: case Code.approvalDenied: case Code.notFound: case Code.tokenInvalid: case Code.restoredVault:
      return 'no';
    case Code.sealed: case Code.notInitialised: case Code.unreachable: case Code.timedOut: case Code.rateLimited: case Code.overloaded:
    case Code.unavailable: case Code.auditUnavailable:
      return 'later';
    case Code.vaultFault: case Code.invalidRequest: case Code.invalidConfiguration: case Code.protocolViolation: case Code.cancelled:
    case Code.closed: case 'unknown':
      return 'neither';
    default:
      return complete(code);
  }
}

/** A handler that stands by itself names what it takes. */
async function createNote({ text }: { text: string }, _extra: unknown, credential: ResolvedSecret): Promise<ToolResult> {
  if (text === '') throw new CredentialRefused();
  const content: ToolContent[] = [
    { type: 'text', text: credential.unprotectedText() },
    { type: 'image', data: '', mimeType: 'image/png' },
    { type: 'resource_link', uri: 'note://1', name: 'note' },
    { type: 'resource', resource: { uri: 'note://1', text } },
  ];
  return { content, isError: false, structuredContent: { stored: true } };
}

export async function wrapped(warder: WarderClient): Promise<void> {
  const options: ToolOptions<[args: { text: string }, extra: { user: string }]> = {
    tool: 'notes/create_note', maxStale: 60, context: (extra) => ({ onBehalfOf: extra.user }),
  };
  const handler = withCredential(warder, 'notes/api-key', { tool: 'notes/create_note' }, createNote);
  const result: ToolResult | ToolFailure = await handler({ text: 'hello' }, {});
  // A failure of the vault is a result too.
  const isError: boolean | undefined = result.isError;
  const asks = withCredential(warder, 'notes/api-key', { tool: 'notes/ask' },
    async (_extra: unknown, _credential: ResolvedSecret): Promise<InputRequired> => ({ resultType: 'input_required' }));
  const answer: InputRequired | ToolFailure = await asks({});
  // A server without an SDK calls handlers as it likes, with the arguments first.
  const call: ToolCall = [{ text: 'hello' }, {}];
  const claims: CallContext = callContext({ _meta: {} }, { agent: 'agent' });
  shown(options, isError, answer, call, claims, explain(new CredentialRefused()));

  // @ts-expect-error: these are no arguments of the tool
  await handler({ note: 'hello' }, {});
  // @ts-expect-error: a handler returns a result of MCP
  withCredential(warder, 'notes/api-key', { tool: 'notes/read' }, async () => 'text');
  // @ts-expect-error: a wrapped tool names its tool
  withCredential(warder, 'notes/api-key', {}, createNote);
  // @ts-expect-error: the arguments are the call's, and passed on by the wrapper
  withCredential(warder, 'notes/api-key', { tool: 'notes/read', arguments: {} }, createNote);
  // @ts-expect-error: the reason for a refusal could hold the credential
  new CredentialRefused('bad key');
}

declare function shown(...values: unknown[]): void;
declare function complete(none: never): never;
