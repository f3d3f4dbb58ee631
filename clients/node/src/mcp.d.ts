/** Credentials for tools of the official MCP SDK, and of any server whose handlers have the same shape. */

import type { CallContext, CredentialRefused, ResolvedSecret, ResolveOptions, WarderClient, WarderClientError } from './index.js';

/** What handlers return. */
export interface ToolResult {
  content: Array<{ type: 'text'; text: string } | { type: string; [key: string]: unknown }>;
  isError?: boolean;
  [key: string]: unknown;
}

export interface ToolOptions<Extra> extends Omit<ResolveOptions, 'arguments' | 'context'> {
  /** For whom and why a call is made; its trace context is added. */
  readonly context?: (extra: Extra) => CallContext;
}

/**
 * Wraps a tool handler: resolves at call time, calls `handler(arguments, extra, credential)`, reports the outcome.
 *
 * The call's arguments and the trace context of its `_meta` go to the vault with the request. A failure of the vault
 * becomes a result with `isError` and a sentence for the model: whether to try again, and nothing that is secret.
 */
export declare function withCredential<Arguments, Extra, Result extends ToolResult>(
  warder: WarderClient,
  secret: string,
  options: ToolOptions<Extra>,
  handler: (args: Arguments, extra: Extra, credential: ResolvedSecret) => Result | Promise<Result>,
): (args: Arguments, extra: Extra) => Promise<Result | ToolResult>;

/** What a call says about itself: `claims` with the trace context of its `_meta`. */
export declare function callContext(extra: unknown, claims?: CallContext): CallContext;

/** What the model is told about a failure: refused and unreachable are different things. */
export declare function explain(error: WarderClientError | CredentialRefused): string;
