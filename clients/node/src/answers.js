/** What the vault's answers mean to a caller. */

import { Code, WarderClientError } from './errors.js';
import { isApproval, isCode, isCursor, isRequestId, isSecret } from './names.js';
import { Secret } from './secret.js';
import { Malformed, parse } from './strict-json.js';

const codes = new Map(Object.entries({
  denied: Code.refused,
  approval_required: Code.approvalRequired,
  approval_denied: Code.approvalDenied,
  not_found: Code.notFound,
  token_invalid: Code.tokenInvalid,
  sealed: Code.sealed,
  restored_vault: Code.restoredVault,
  not_initialised: Code.notInitialised,
  rate_limited: Code.rateLimited,
  unavailable: Code.unavailable,
  audit_unavailable: Code.auditUnavailable,
  internal: Code.vaultFault,
  invalid_request: Code.invalidRequest,
  method_not_allowed: Code.invalidRequest,
  conflict: Code.invalidRequest,
  too_large: Code.invalidRequest,
  unsupported_media_type: Code.invalidRequest,
}));

// A refusal without a readable body, as a vault gives that is too busy to say more.
const statuses = { 429: Code.rateLimited, 503: Code.unavailable };

/** An answer without a body. */
export function nothing(answer) {
  if (answer.status !== 204) throw failure(answer);
}

/** The token of `POST /v1/tokens`, and its life in seconds. */
export function issuedToken(answer) {
  const { token, expires_in: life } = document(answer, 201, ['token']);
  if (!(token instanceof Secret) || !isHeaderText(token) || !isInteger(life, 1, 3600)) throw violation();
  return { text: token, life };
}

/**
 * The values of `GET /v1/secrets/{name}`, which lists several, and has one in itself. `maxStale`: seconds for which the vault
 * lets them be used while it cannot be asked; 0 is never.
 */
export function values(answer, name, fields) {
  const found = document(answer, 200, ['value', 'value_base64']);
  // An answer about something that was not asked.
  if (found.name !== name || !isInteger(found.version, 1, 0xffff_ffff)) throw violation();
  const maxStale = found.max_stale ?? 0;
  if (!isInteger(maxStale, 0, Number.MAX_SAFE_INTEGER)) throw violation();
  const items = fields.length === 1 ? [found] : list(found.values);
  if (items.length !== fields.length) throw violation();
  return { version: found.version, values: items.map((item, index) => value(item, fields[index])), maxStale };
}

/** The same where a version was known; `undefined` where it is the current one. */
export function otherValues(answer, name, fields) {
  return answer.status === 304 ? undefined : values(answer, name, fields);
}

function value(item, field) {
  if (item?.field !== field) throw violation();
  const [text, encoded] = [item.value, item.value_base64];
  if ((text instanceof Secret) === (encoded instanceof Secret)) throw violation();
  return text instanceof Secret ? text : decoded(encoded);
}

/** `GET /v1/health`. */
export function health(answer) {
  const { state } = document(answer, 200);
  if (typeof state !== 'string') throw violation();
  return { state };
}

/** `GET /v1/whoami`. */
export function whoAmI(answer) {
  const found = document(answer, 200);
  const texts = [found.attestation, ...list(found.servers), ...list(found.tools)];
  const numbers = [found.pid, found.uid, found.gid, ...list(found.groups)];
  if (!texts.every((text) => typeof text === 'string') || !numbers.every(Number.isInteger)) throw violation();
  const { pid, uid, gid, groups, unit, executable, attestation, servers, tools } = found;
  return {
    pid, uid, gid, groups, unit, executable, executableSha256: found.executable_sha256, attestation, servers, tools,
  };
}

/** `GET /v1/changes`. */
export function changes(answer) {
  const found = document(answer, 200);
  // The cursor goes back to the vault in a path.
  if (!isCursor(found.next)) throw violation();
  return {
    next: found.next,
    reset: found.reset === true,
    changes: list(found.changes).map((change) => {
      if (!isSecret(change?.secret)) throw violation();
      const { secret, version } = change;
      if (version !== undefined && !isInteger(version, 1, 0xffff_ffff)) throw violation();
      return { kind: version === undefined ? 'revoked' : 'version', secret, version };
    }),
  };
}

/** Whether `GET /v1/approvals/{approval}` says that nobody has decided. */
export function isPending(answer) {
  const { state } = document(answer, 200);
  if (typeof state !== 'string') throw violation();
  return state === 'pending';
}

/** What an answer means that is not the expected one. */
export function failure(answer) {
  // A token that waits for an approval is accepted and not there yet.
  if (answer.status === 202) return new WarderClientError(Code.approvalRequired, { approval: approval(answer) });
  if (answer.status < 400) return violation();
  const retryAfter = answer.retryAfter === undefined ? undefined : Math.min(Math.max(answer.retryAfter, 0), 3600);
  let error;
  try {
    ({ error } = parsed(answer));
  } catch {
    // Not readable; the status has to do.
  }
  if (typeof error?.code !== 'string') {
    return new WarderClientError(statuses[answer.status] ?? Code.protocolViolation, { retryAfter });
  }
  return new WarderClientError(codes.get(error.code) ?? Code.unknown, {
    serverCode: isCode(error.code) ? error.code : undefined,
    requestId: isRequestId(error.request_id) ? error.request_id : undefined,
    retryAfter,
  });
}

/** The approval that a call waits for; nothing but a name that the vault can have given. */
function approval(answer) {
  try {
    const found = parsed(answer).approval;
    return isApproval(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function document(answer, expected, secretKeys) {
  if (answer.status !== expected) throw failure(answer);
  return parsed(answer, secretKeys);
}

function parsed(answer, secretKeys) {
  try {
    const found = parse(answer.body, secretKeys);
    if (typeof found !== 'object' || found === null || Array.isArray(found)) throw new Malformed();
    return found;
  } catch (error) {
    throw error instanceof Malformed ? violation() : error;
  } finally {
    answer.body.fill(0);
  }
}

function decoded(encoded) {
  const text = encoded.unprotectedText();
  encoded.wipe();
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw violation();
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text, 'base64'));
  bytes.write(text, 'base64');
  return new Secret(bytes);
}

function isHeaderText(text) {
  const bytes = text.unprotectedBytes();
  const isPlain = bytes.length >= 1 && bytes.length <= 256 && bytes.every((byte) => byte >= 0x21 && byte <= 0x7e);
  bytes.fill(0);
  return isPlain;
}

function isInteger(value, least, most) {
  return Number.isInteger(value) && value >= least && value <= most;
}

function list(value) {
  if (!Array.isArray(value)) throw violation();
  return value;
}

function violation() {
  return new WarderClientError(Code.protocolViolation);
}
