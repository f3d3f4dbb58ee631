/** Credentials for tools of the official MCP SDK, and of any server whose handlers have the same shape. */

import { Code, CredentialRefused, WarderClientError } from './errors.js';

/**
 * Wraps a tool handler: resolves at call time, calls `handler(arguments, extra, credential)`, reports the outcome. The
 * handler of a tool without arguments is `handler(extra, credential)`, as the SDK leaves them out there.
 *
 *     server.registerTool('create_note', { inputSchema },
 *       withCredential(warder, 'notes/api-key', { tool: 'notes/create_note' }, createNote));
 *
 * The call's arguments and the trace context of its `_meta` go to the vault with the request. A failure of the vault
 * becomes a result with `isError` and a sentence for the model: whether to try again, and nothing that is secret.
 */
export function withCredential(warder, secret, options, handler) {
  const { context, ...wish } = options;
  return async (...call) => {
    const [callArguments, extra] = call.length > 1 ? call : [{}, call[0]];
    const named = {
      // Version 1 of the SDK has what belongs to a call in itself, version 2 in `mcpReq`.
      signal: extra?.signal ?? extra?.mcpReq?.signal,
      ...wish,
      arguments: callArguments,
      context: callContext(extra, context?.(extra)),
      // One that asks for input is `ok` as well: the vault has no word for it, and the next try has a report of its own.
      outcome: (result) => (result?.isError === true ? 'error' : 'ok'),
    };
    try {
      return await warder.withCredential(secret, named, (credential) => handler(...call, credential));
    } catch (error) {
      if (!(error instanceof WarderClientError || error instanceof CredentialRefused)) throw error;
      return { content: [{ type: 'text', text: explain(error) }], isError: true };
    }
  };
}

/** What a call says about itself: `claims` with the trace context of its `_meta`. */
export function callContext(extra, claims = {}) {
  const meta = extra?._meta ?? extra?.mcpReq?._meta ?? extra;
  const found = { ...claims, traceparent: claims.traceparent ?? meta?.traceparent };
  return Object.fromEntries(Object.entries(found).filter(([, claim]) => claim !== undefined));
}

/** What the model is told about a failure: refused and unreachable are different things. */
export function explain(error) {
  if (error instanceof CredentialRefused) {
    return 'The upstream service did not accept the credential that the vault gave.';
  }
  if (error.code === Code.approvalRequired) {
    return `Somebody has to approve this very call first (${error.approval ?? error.code}). Try it again when they have.`;
  }
  // For whoever the model shows it to: an operator finds the reason by it.
  const why = error.requestId === undefined ? '' : ` The vault's log has the reason under ${error.requestId}.`;
  if (error.isRefusal) {
    return `The vault does not let this tool use its credential (${error.code}). Trying again does not help.${why}`;
  }
  if (error.isRetryable) {
    return `The vault cannot give out the credential at the moment (${error.code}). Try again later.`;
  }
  return `The credential could not be resolved (${error.code}).${why}`;
}
