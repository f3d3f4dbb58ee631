/**
 * As much of version 2 of the official SDK (`@modelcontextprotocol/server`, 2.0) as a handler meets, in the same shapes: the
 * check of the declarations does without a registry. What belongs to a call lies in `mcpReq` here.
 */

import type { CallToolResult as CallToolResult1, ContentBlock } from './sdk-1.js';

export interface Schema<Output> {
  readonly '~standard': { readonly types?: { readonly output: Output } | undefined; readonly jsonSchema: object };
}
type OutputOf<Given extends Schema<unknown>> = NonNullable<Given['~standard']['types']>['output'];

/** Deprecated there, and taken all the same: a plain record of schemas. */
export type Shape = Record<string, { readonly _zod: { readonly output: unknown } }>;

export type CallToolResult = {
  [key: string]: unknown;
  content: ContentBlock[];
  structuredContent?: unknown;
  isError?: boolean | undefined;
  _meta?: CallToolResult1['_meta'];
};

/** What a handler returns that needs something from the user first. */
export interface InputRequiredResult {
  [key: string]: unknown;
  _meta?: CallToolResult['_meta'];
  resultType: 'input_required';
  inputRequests?: Record<string, { method: string; params: object }>;
  requestState?: string;
}
type Answer = CallToolResult | InputRequiredResult | Promise<CallToolResult | InputRequiredResult>;

export type ServerContext = {
  sessionId?: string;
  mcpReq: {
    id: string | number;
    method: string;
    _meta?: { [key: string]: unknown };
    signal: AbortSignal;
    notify: (notification: { method: string }) => Promise<void>;
  };
  http?: { authInfo?: { token: string; clientId: string; scopes: string[] } };
};

export type ToolCallback<Input extends Schema<unknown> | undefined = undefined> = Input extends Schema<unknown>
  ? (args: OutputOf<Input>, context: ServerContext) => Answer
  : (context: ServerContext) => Answer;

export declare class McpServer {
  registerTool<Output extends Schema<unknown>, Input extends Schema<unknown> | undefined = undefined>(
    name: string,
    config: { title?: string; description?: string; inputSchema?: Input; outputSchema?: Output },
    callback: ToolCallback<Input>,
  ): void;
  registerTool<Input extends Shape, Output extends Shape | Schema<unknown> | undefined = undefined>(
    name: string,
    config: { title?: string; description?: string; inputSchema?: Input; outputSchema?: Output },
    callback: (args: { [Name in keyof Input]: Input[Name]['_zod']['output'] }, context: ServerContext) => Answer,
  ): void;
}
