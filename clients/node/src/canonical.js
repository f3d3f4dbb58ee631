/**
 * One form for each JSON value, so that equal arguments have equal bytes: RFC 8785, with one difference that the vault
 * makes too: integers keep all their digits, which in this language are those of `BigInt`.
 */

import { Code, WarderClientError } from './errors.js';

/** Bytes of canonical JSON that the arguments of a call may have. */
export const maximumBytes = 16_384;
const maximumDepth = 16;

/**
 * The canonical text of a call's arguments.
 *
 * Throws `invalid_request` for what is no JSON, deeper than 16 levels, or longer than 16 KiB.
 */
export function canonical(value) {
  const text = written(value, maximumDepth);
  if (text === undefined) throw noJSON();
  if (Buffer.byteLength(text) > maximumBytes) {
    throw new WarderClientError(Code.invalidRequest, { part: 'the arguments, longer than 16 KiB' });
  }
  return text;
}

const noJSON = () => new WarderClientError(Code.invalidRequest, { part: 'the arguments, no JSON or too deep' });

// As JSON.stringify, `undefined` where the value has no place in JSON: such members are left out.
function written(value, depth) {
  if (typeof value?.toJSON === 'function') return written(value.toJSON(), depth);
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'number':
      if (!Number.isFinite(value)) throw noJSON();
      return JSON.stringify(value);
    case 'string':
      // Half a surrogate pair is no text.
      if (!value.isWellFormed()) throw noJSON();
      return JSON.stringify(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (depth === 0) throw noJSON();
      return Array.isArray(value) ? array(value, depth - 1) : object(value, depth - 1);
    default:
      return undefined;
  }
}

function array(value, depth) {
  return `[${value.map((element) => written(element, depth) ?? 'null').join(',')}]`;
}

function object(value, depth) {
  const members = [];
  // By UTF-16 code units, which is how this language compares strings.
  for (const key of Object.keys(value).sort()) {
    const member = written(value[key], depth);
    if (member !== undefined) members.push(`${written(key, depth)}:${member}`);
  }
  return `{${members.join(',')}}`;
}
