/** Credentials for tools of the official MCP SDK, and of any server whose handlers have the same shape. */

import type { CallContext, CredentialRefused, ResolvedSecret, ResolveOptions, WarderClient, WarderClientError } from './index.js';

/** A part of what a tool returns. */
export type ToolContent =
  | { type: 'text'; text: string }
  | { type: 'image' | 'audio'; data: string; mimeType: string }
  | { type: 'resource_link'; uri: string; name: string }
  | { type: 'resource'; resource: { uri: string; text: string } | { uri: string; blob: string } };

/** What handlers return, as the SDK's `CallToolResult`. */
export type ToolResult = {
  content: ToolContent[];
  isError?: boolean | undefined;
  /** In version 1 of the SDK an object, in version 2 whatever JSON has. */
  structuredContent?: any;
  _meta?: { [key: string]: unknown } | undefined;
};

/** What a wrapped handler returns where there was no credential: a sentence for the model. */
export type ToolFailure = { content: Array<{ type: 'text'; text: string }>; isError: true };

/** What handlers of the SDK's version 2 return besides, where they need something of the user first. */
export type InputRequired = { resultType: 'input_required' };

/** What a server gives its handlers: the arguments and, last, what belongs to the call. Tools without arguments get that alone. */
export type ToolCall = [extra: unknown] | [args: unknown, extra: unknown];

export interface ToolOptions<Call extends ToolCall> extends Omit<ResolveOptions, 'arguments' | 'context'> {
  /** For whom and why a call is made; its trace context is added. */
  readonly context?: ((extra: Call extends [...unknown[], infer Extra] ? Extra : never) => CallContext) | undefined;
}

/**
 * Wraps a tool handler: resolves at call time, calls `handler(arguments, extra, credential)`, reports the outcome. The
 * handler of a tool without arguments is `handler(extra, credential)`, as the SDK leaves them out there.
 *
 * The call's arguments and the trace context of its `_meta` go to the vault with the request. A failure of the vault
 * becomes a result with `isError` and a sentence for the model: whether to try again, and nothing that is secret.
 */
// `any` where the compiler does not find out by itself: it does not for a tool that is registered without a schema.
export declare function withCredential<Call extends ToolCall = [extra: any], Result extends ToolResult | InputRequired = ToolResult>(
  warder: WarderClient,
  secret: string,
  options: ToolOptions<Call>,
  handler: (...call: [...call: Call, credential: ResolvedSecret]) => Result | Promise<Result>,
): (...call: Call) => Promise<Result | ToolFailure>;

/** What a call says about itself: `claims` with the trace context of its `_meta`. */
export declare function callContext(extra: unknown, claims?: CallContext): CallContext;

/** What the model is told about a failure: refused and unreachable are different things. */
export declare function explain(error: WarderClientError | CredentialRefused): string;
