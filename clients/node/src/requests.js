/** The client socket's routes. Paths are put together from checked names: nothing in them needs escaping. */

// All values of a version may have 1 MiB, and JSON may need six bytes for one of them.
const valueLimit = 8 << 20;
const usualLimit = 65_536;

export const health = { method: 'GET', path: '/v1/health', limit: usualLimit };
export const whoAmI = { method: 'GET', path: '/v1/whoami', limit: usualLimit };

/** Asks for a token. */
export function token(demand) {
  return { method: 'POST', path: '/v1/tokens', body: demand.body, traceparent: demand.traceparent, limit: usualLimit };
}

/** Asks for one value, or several of one version; or for those of another version than the one that is `known`. */
export function secret(name, fields, heldToken, traceparent, known) {
  const query = fields.length === 1 ? `field=${fields[0]}` : `fields=${fields.join(',')}`;
  const path = `/v1/secrets/${name}?${query}`;
  return { method: 'GET', path, token: heldToken, traceparent, known, limit: valueLimit };
}

/** Tells how a call went. */
export function report({ outcome, durationMs, outputsDigest, changed }, heldToken, traceparent) {
  const members = { outcome, duration_ms: durationMs, outputs_digest: outputsDigest, changed };
  const body = JSON.stringify(members);
  return { method: 'POST', path: '/v1/calls', token: heldToken, traceparent, body, limit: usualLimit };
}

/** Ends a token that is not needed any more. */
export function giveBack(heldToken) {
  return { method: 'DELETE', path: '/v1/tokens/self', token: heldToken, limit: usualLimit };
}

/** Asks where an approval stands, and waits for at most `wait` seconds while nobody has decided. */
export function approval(name, wait) {
  return { method: 'GET', path: `/v1/approvals/${name}?wait=${wait}`, limit: usualLimit };
}

/** Waits for news about the secrets of this server, for at most `wait` seconds. */
export function changes(since, wait) {
  const cursor = since === undefined ? '' : `&since=${since}`;
  // As many as one process could have: each takes a name and some forty bytes.
  return { method: 'GET', path: `/v1/changes?wait=${wait}${cursor}`, limit: valueLimit };
}
