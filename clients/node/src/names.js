/** The vault's grammar of names: what passes needs no escape, and cannot end a line of a request. */

const segment = '[a-z0-9][a-z0-9._-]{0,62}';
const secret = new RegExp(`^${segment}(?:/${segment}){0,7}$`);
const field = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,62}$/;
const tool = new RegExp(`^(?:${segment}/)?(?:(?!\\.\\.?$)[A-Za-z0-9_.-]{1,128}|@launch)$`);
const digest = /^[0-9a-f]{64}$/;
const traceparent = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
// Codes and ids end up in logs: nothing but their own alphabets gets there, and no token fits behind the prefix.
const code = /^[a-z_]{1,40}$/;
const cursor = /^[A-Za-z0-9_-]{1,256}$/;
const approval = /^apr_[0-9A-Za-z]{22}$/;
const requestId = /^req_[A-Za-z0-9_]{1,36}$/;

const matches = (grammar, text) => typeof text === 'string' && grammar.test(text);

/** `github/pat`: one to eight segments, at most 200 bytes. */
export const isSecret = (text) => matches(secret, text) && text.length <= 200;

/** A part of a secret, such as `value`. */
export const isField = (text) => matches(field, text);

/** `server/tool`, or the tool alone, which means the one of the only server that this process can be. */
export const isTool = (text) => matches(tool, text);

/** A SHA-256 in lowercase hex. */
export const isDigest = (text) => matches(digest, text);

/** A code of the vault's, of this version or a later one. */
export const isCode = (text) => matches(code, text);

/** Where to go on at the vault: nothing in it needs an escape. */
export const isCursor = (text) => matches(cursor, text);

/** What people are asked about, as the vault names it. */
export const isApproval = (text) => matches(approval, text);

/** What names an event in the vault's log. */
export const isRequestId = (text) => matches(requestId, text);

/** W3C Trace Context, section 3.2.2: what is malformed is left out, as that document asks. */
export const wellFormedTrace = (text) => (matches(traceparent, text) ? text : undefined);
