/**
 * Resolves credentials of an MCP server at the moment a tool is called.
 *
 *     const warder = await WarderClient.connect();
 *     const issue = await warder.withCredential('github/pat', { tool: 'github/create_issue', arguments: args },
 *       (secret) => createIssue(title, secret.unprotectedText()));
 */

// With Node's types, without them, and without those of the browser.
type Bytes = typeof globalThis extends { Buffer: { alloc(size: number): infer Found } } ? Found : Uint8Array;
type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Found } } ? Found : object;

/** The stable names of failures, the same in every client library. */
export declare const Code: {
  /** The vault said no. */
  readonly refused: 'refused';
  /** The vault wants somebody's approval first. */
  readonly approvalRequired: 'approval_required';
  /** Somebody said no to this call. */
  readonly approvalDenied: 'approval_denied';
  /** There is no such secret, field or tool, or none for this process. */
  readonly notFound: 'not_found';
  /** The vault did not accept a token, nor the new one that replaced it. */
  readonly tokenInvalid: 'token_invalid';
  /** The vault has no key: an operator must unseal it. */
  readonly sealed: 'sealed';
  /** The vault came from a backup and waits for an operator to release it. */
  readonly restoredVault: 'restored_vault';
  /** The vault was never set up. */
  readonly notInitialised: 'not_initialised';
  /** Nobody answers at the socket, or the connection was lost before the whole answer was there. */
  readonly unreachable: 'unreachable';
  /** The vault took longer than the configured time; what it did is not known. */
  readonly timedOut: 'timed_out';
  /** The vault has had too many requests; see `retryAfter`. */
  readonly rateLimited: 'rate_limited';
  /** Too many calls of this client wait already; the vault was not asked. */
  readonly overloaded: 'overloaded';
  /** The vault is too busy, or going down. */
  readonly unavailable: 'unavailable';
  /** The vault could not write its log, and so released nothing. */
  readonly auditUnavailable: 'audit_unavailable';
  /** A fault of the vault's own. */
  readonly vaultFault: 'vault_fault';
  /** The call is not well formed: a name, a digest, arguments beyond the limit. */
  readonly invalidRequest: 'invalid_request';
  /** The socket's path cannot be used. */
  readonly invalidConfiguration: 'invalid_configuration';
  /** Whoever answers at the socket does not speak as the vault does. */
  readonly protocolViolation: 'protocol_violation';
  /** The call's signal was aborted; the vault may have answered nevertheless. */
  readonly cancelled: 'cancelled';
  /** The client was closed. */
  readonly closed: 'closed';
  /** The vault gave a code that this version does not know; see `serverCode`. */
  readonly unknown: 'unknown';
};

export type Code = (typeof Code)[keyof typeof Code];

/**
 * Why a call to the vault gave no credential. It holds no value, no token, no name and no text that the vault sent, so it
 * may be logged and shown.
 */
export declare class WarderClientError extends Error {
  readonly name: 'WarderClientError';
  /** What happened. */
  readonly code: Code;
  /** The code in the vault's own words where it answered; keeps codes that this version does not know. */
  readonly serverCode: string | undefined;
  /** The approval that the call waits for, where the vault named one: what approvers are asked about. */
  readonly approval: string | undefined;
  /** Names the event in the vault's log. */
  readonly requestId: string | undefined;
  /** Seconds the vault asks to wait, at most an hour. */
  readonly retryAfter: number | undefined;
  /** The `errno` of a connection that could not be opened. */
  readonly systemError: number | undefined;
  /** Whether the answer was no: asking again changes nothing until an operator changes something. */
  get isRefusal(): boolean;
  /** Whether the same call may succeed later, without any change to it or to what the tool may do. */
  get isRetryable(): boolean;
  private constructor();
}

/** Thrown by the body of a call when the upstream did not accept the value, and did nothing. */
export declare class CredentialRefused extends Error {
  readonly name: 'CredentialRefused';
  constructor();
}

/** Bytes that do not show themselves, overwritten when they go. */
export declare class Secret {
  private constructor();
  readonly byteLength: number;
  /** Whether nothing is left of it. */
  readonly isWiped: boolean;
  /** An ordinary copy that nothing overwrites, a `Buffer`. Make it where it is used, and do not store it. */
  unprotectedBytes(): Bytes;
  /** An ordinary copy as text. Throws a `TypeError` that does not quote it if the value is not UTF-8. */
  unprotectedText(): string;
  /** Puts the bytes into a buffer, which is then as secret as this. */
  copyTo(target: Uint8Array, start: number): void;
  /** Another secret with the same bytes, which goes its own way. */
  copy(): Secret;
  /** Overwrites the bytes. */
  wipe(): void;
  /** Always the same text. */
  toString(): 'Secret(redacted)';
  /** Always the same text. */
  toJSON(): 'Secret(redacted)';
}

/** A secret as it is now, in one field or several of one version. Use it for the call it was asked for, then let it go. */
export declare class ResolvedSecret {
  private constructor();
  /** The secret's name. */
  readonly name: string;
  /** The field; the first of several. */
  readonly field: string;
  /** The version's number; it changes when an operator or a rotation changes the value. */
  readonly version: number;
  /** The value. */
  readonly value: Secret;
  /**
   * Seconds since the vault gave this value, where it could not be asked now. Only calls that name `maxStale` see anything
   * but `undefined`.
   */
  readonly stale: number | undefined;
  /** The value of a field that was asked for; `undefined` for others. */
  get(field: string): Secret | undefined;
  /** As `value.unprotectedText()`, of the only field or of the one that is named. Throws a `TypeError` for one that was not asked for. */
  unprotectedText(field?: string): string;
  /** Overwrites the values. */
  wipe(): void;
  /** Always the same text. */
  toString(): 'ResolvedSecret(redacted)';
  /** Always the same text. */
  toJSON(): 'ResolvedSecret(redacted)';
}

/** On whose behalf and why a call is made. Claims: recorded, shown to approvers, never a reason to allow. */
export interface CallContext {
  /** The user on whose behalf the agent acts. */
  readonly onBehalfOf?: string | undefined;
  /** The agent. */
  readonly agent?: string | undefined;
  /** The agent's session. */
  readonly session?: string | undefined;
  /** Why. */
  readonly purpose?: string | undefined;
  /** W3C `traceparent` of the call; one that is not well formed is left out. */
  readonly traceparent?: string | undefined;
}

/** The outcome of a call; `refused` is the upstream's refusal. */
export type Outcome = 'ok' | 'error' | 'refused';

/** How a tool call went, as the server tells it. */
export interface CallReport {
  readonly outcome: Outcome;
  readonly durationMs?: number;
  /** SHA-256 of the outputs, 64 lowercase hex digits. */
  readonly outputsDigest?: string;
  /** What the call changed, in the server's words; at most 500 characters. */
  readonly changed?: string;
}

/** What a call says when it asks for a secret. */
export interface ResolveOptions {
  /** `server/tool`, or the tool alone where this process can be one server only. */
  readonly tool: string;
  /** A part of the secret; `value` unless named. Or several, which then are of one version: `secret.get('password')`. */
  readonly field?: string | readonly string[] | undefined;
  /** SHA-256 of the tool's definition, 64 lowercase hex digits; needed for pinned tools. */
  readonly toolDigest?: string | undefined;
  /** What the tool was called with, as JSON has it; a claim that approvers see. */
  readonly arguments?: unknown;
  /** On whose behalf and why. */
  readonly context?: CallContext | undefined;
  /**
   * Seconds for which an older value will do while the vault cannot be asked, and no longer than the grant allows. 0
   * means never.
   */
  readonly maxStale?: number | undefined;
  /** Ends the call early, as `cancelled`. */
  readonly signal?: Signal | undefined;
}

export interface CredentialOptions<Result> extends ResolveOptions {
  /** Names the outcome of what the body returned, for tools that return their failures; else `ok`. */
  readonly outcome?: ((result: Awaited<Result>) => Outcome) | undefined;
}

/** The vault's state. */
export interface Health {
  readonly state: string;
}

/** What the kernel tells the vault about this process, and which servers that matches. */
export interface WhoAmI {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly unit: string | undefined;
  readonly executable: string | undefined;
  readonly executableSha256: string | undefined;
  readonly attestation: string;
  readonly servers: readonly string[];
  readonly tools: readonly string[];
}

/** Something that changed for what a server made of a secret. */
export declare class Change {
  private constructor();
  /**
   * `version`: the secret resolves to another version now; an operator or a rotation made it so, or granted it.
   *
   * `revoked`: it resolves to nothing any more, for this process: whoever goes on with its value uses what was taken from
   * them.
   *
   * `everything`: from now on every change is told; what happened before is not known. Comes first of all, and again when
   * the vault was restarted or sealed meanwhile.
   *
   * `out_of_touch`: the vault has not been reached for longer than was allowed: what is held may be out of date.
   * `everything` follows when it is reached again.
   */
  readonly kind: 'version' | 'revoked' | 'everything' | 'out_of_touch';
  /** Which secret, where it is about one. */
  readonly secret: string | undefined;
  /** The version that it resolves to now. */
  readonly version: number | undefined;
  /** Whether what was made of a secret has to be made anew, or may have to be. */
  concerns(secret: string): boolean;
}

export interface WarderClientConfiguration {
  /**
   * Absolute path of the vault's client socket, at most 107 bytes; unless given, `WARDER_SOCKET`, else where the vault of
   * the machine or of this user listens.
   */
  readonly socketPath?: string | undefined;
  /** Longest time in seconds that one call may take, token and value together; 10 unless given. */
  readonly timeout?: number | undefined;
  /**
   * How long in seconds a call waits for people who have to approve it; unless given it does not, and fails as
   * `approval_required` at once. The call itself may take `timeout` besides.
   */
  readonly approvalPatience?: number | undefined;
  /** Connections that are kept at most, each with one request at a time; 1 to 64, 8 unless given. */
  readonly maximumConnections?: number | undefined;
  /** Calls that may wait at the same time, for people as well, 4,096 unless given; one more is refused as `overloaded`. */
  readonly maximumCalls?: number | undefined;
  /** Measures the life of tokens, in seconds. It must go on while the machine sleeps, as the default does. */
  readonly clock?: (() => number) | undefined;
  /**
   * Told when the outcome of a call could not be reported; the call itself is not disturbed. Of reports that wait for the vault to
   * come back, the oldest is lost as `overloaded` where there are more than 256, and each as `closed` with the client. Close it
   * before the process ends: they do not keep the process, and are lost with it and nobody is told. An error of this function's
   * own is a warning of the process.
   */
  readonly reportFailed?: ((error: WarderClientError) => void) | undefined;
  /** Draws from 0 <= x < 1 where renewals of many processes must not fall together. */
  readonly jitter?: (() => number) | undefined;
}

/**
 * One client serves a whole process, for any number of calls at the same time.
 *
 * It keeps a few connections and short-lived tokens, and no value unless a call names `maxStale`: each call asks the
 * vault, so a rotated secret is the new one in the very next call.
 */
export declare class WarderClient {
  /** A client that connects when it is first used, for servers that must start while the vault is away. */
  constructor(configuration?: WarderClientConfiguration);

  /** A client whose vault has answered. A sealed vault answers too. */
  static connect(configuration?: WarderClientConfiguration): Promise<WarderClient>;

  /**
   * The value of a secret, asked for now. Calls that name arguments or a purpose get a token of their own; all others
   * share one for each tool and context. Where people have to approve the call, it waits for `approvalPatience`.
   */
  resolve(secret: string, options: ResolveOptions): Promise<ResolvedSecret>;

  /**
   * Resolves a secret, runs `body` with it, and reports to the vault how the call went. The value is wiped when `body` is
   * done.
   *
   * A `CredentialRefused` out of `body` is reported as a refusal; if the vault has another version by then, as after a
   * rotation, `body` runs once more with that one. If it has none, or does not give it, the refusal comes out: nobody is
   * asked for an approval once more. A report that fails goes to `reportFailed` and changes nothing for the caller.
   */
  withCredential<Result>(
    secret: string,
    options: CredentialOptions<Result>,
    body: (secret: ResolvedSecret) => Result,
  ): Promise<Awaited<Result>>;

  /**
   * Reports how a call went that was made with `secret`; `withCredential` does this by itself. A call that used a kept value is
   * reported when the vault is back, and nobody waits for that.
   */
  report(report: CallReport, secret: ResolvedSecret): Promise<void>;

  /** Whether the vault is unsealed. */
  health(): Promise<Health>;

  /** What the vault sees of this process, and which tools it may be. */
  whoAmI(): Promise<WhoAmI>;

  /**
   * What changes for this process's servers, for as long as the next change is asked for.
   *
   * For whatever holds on to something that was made of a credential, such as a pool of connections. Calls need no such
   * thing: each asks the vault, and gets what is current.
   *
   *     for await (const change of warder.changes()) {
   *       if (change.concerns('app/db')) await pool.close(); // the next call opens it with what is current
   *     }
   *
   * The first element is always `everything`: what is resolved after it misses no change. `maxStale` (60 unless given):
   * seconds for which the vault may be out of reach before `out_of_touch` comes. Throws what asking again does not mend;
   * an older vault, which does not tell changes, answers `not_found`.
   */
  changes(options?: { readonly maxStale?: number }): AsyncGenerator<Change, never, void>;

  /** Gives the tokens back and closes the connections. Calls that still wait, and later ones, fail as closed. */
  close(): Promise<void>;
}
