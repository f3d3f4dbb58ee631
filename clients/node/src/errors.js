/** Why a call gave no credential. */

/**
 * The stable names of failures, the same in every client library. The set is closed: what a newer vault may say beyond
 * it is `unknown`, and its own word is in `serverCode`.
 */
export const Code = Object.freeze({
  refused: 'refused',
  approvalRequired: 'approval_required',
  approvalDenied: 'approval_denied',
  notFound: 'not_found',
  tokenInvalid: 'token_invalid',
  sealed: 'sealed',
  restoredVault: 'restored_vault',
  notInitialised: 'not_initialised',
  unreachable: 'unreachable',
  timedOut: 'timed_out',
  rateLimited: 'rate_limited',
  overloaded: 'overloaded',
  unavailable: 'unavailable',
  auditUnavailable: 'audit_unavailable',
  vaultFault: 'vault_fault',
  invalidRequest: 'invalid_request',
  invalidConfiguration: 'invalid_configuration',
  protocolViolation: 'protocol_violation',
  cancelled: 'cancelled',
  closed: 'closed',
  unknown: 'unknown',
});

const refusals = new Set([
  Code.refused, Code.approvalRequired, Code.approvalDenied, Code.notFound, Code.tokenInvalid, Code.restoredVault,
]);

const retryable = new Set([
  Code.sealed, Code.notInitialised, Code.unreachable, Code.timedOut, Code.rateLimited, Code.overloaded,
  Code.unavailable, Code.auditUnavailable,
]);

const meanings = {
  [Code.refused]: 'the vault refused; `warder audit search --where request_id=…` says why',
  [Code.approvalRequired]: 'the call needs an approval',
  [Code.approvalDenied]: 'somebody said no to this call',
  [Code.notFound]: 'no such secret, field or tool for this process',
  [Code.tokenInvalid]: 'the vault accepts no token from this process',
  [Code.sealed]: 'the vault is sealed; an operator must run `warder unseal`',
  [Code.restoredVault]: 'the vault was restored from a backup; an operator must run `warder backup release`',
  [Code.notInitialised]: 'the vault was never set up; run `warder init`',
  [Code.unreachable]: "no answer at the vault's socket; is warderd running, and may this user open the socket?",
  [Code.timedOut]: 'the vault did not answer in time',
  [Code.rateLimited]: 'too many requests',
  [Code.overloaded]: 'too many calls of this process wait for the vault',
  [Code.unavailable]: 'the vault is busy or going down',
  [Code.auditUnavailable]: 'the vault cannot write its log and releases nothing',
  [Code.vaultFault]: 'a fault in the vault',
  [Code.invalidRequest]: 'the call is not well formed',
  [Code.invalidConfiguration]: "the path of the vault's socket cannot be used",
  [Code.protocolViolation]: 'whoever answers at the socket is not a vault that this version understands',
  [Code.cancelled]: 'the call was cancelled',
  [Code.closed]: 'the client is closed',
  [Code.unknown]: 'the vault gave a code that this version does not know',
};

/**
 * Why a call to the vault gave no credential.
 *
 * `isRefusal` and `isRetryable` never hold together: somebody said no, or nobody could be asked. An error holds no value,
 * no token, no name and no text that the vault sent, so it may be logged and shown.
 */
export class WarderClientError extends Error {
  constructor(code, { serverCode, approval, requestId, retryAfter, systemError, part } = {}) {
    let text = `${code}: ${meanings[code]}`;
    // What of a call is not well formed, in fixed words.
    if (part !== undefined) text += `: ${part}`;
    if (systemError !== undefined) text += ` (errno ${systemError})`;
    if (retryAfter !== undefined) text += ` (try again in ${retryAfter} s)`;
    if (approval !== undefined) text += ` (${approval})`;
    if (requestId !== undefined) text += ` [request ${requestId}]`;
    super(text);
    this.name = 'WarderClientError';
    this.code = code;
    this.serverCode = serverCode;
    this.approval = approval;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.systemError = systemError;
  }

  /** Whether the answer was no: asking again changes nothing until an operator changes something. */
  get isRefusal() {
    return refusals.has(this.code);
  }

  /** Whether the same call may succeed later, without any change to it or to what the tool may do. */
  get isRetryable() {
    return retryable.has(this.code);
  }
}

/**
 * Thrown by the body of a call when the upstream did not accept the value, and did nothing. It needs no detail, and a
 * detail could hold the credential.
 */
export class CredentialRefused extends Error {
  constructor() {
    super('the upstream did not accept the credential');
    this.name = 'CredentialRefused';
  }
}
