// Handlers of the official SDK, of version 1 and 2, written at the place where they are registered and apart from it.

import type { ResolvedSecret, WarderClient } from 'warder-client';
import { withCredential, type ToolFailure, type ToolResult } from 'warder-client/mcp';
import type * as v1 from './sdk-1.js';
import type * as v2 from './sdk-2.js';

declare const warder: WarderClient;
declare const one: v1.McpServer;
declare const two: v2.McpServer;
declare const text1: v1.Schema<string>;
declare const schema2: v2.Schema<{ text: string }>;
declare const text2: { readonly _zod: { readonly output: string } };

/** What the SDK returns is taken, and what is returned the SDK takes. */
export const results: [ToolResult, ToolResult, v1.CallToolResult, v2.CallToolResult, v1.CallToolResult, v2.CallToolResult] = [
  {} as v1.CallToolResult, {} as v2.CallToolResult, {} as ToolResult, {} as ToolResult, {} as ToolFailure, {} as ToolFailure,
];

one.registerTool('create_note', { inputSchema: { text: text1 } }, withCredential(warder, 'notes/api-key',
  { tool: 'notes/create_note', context: (extra) => ({ session: extra.sessionId, onBehalfOf: extra.authInfo?.clientId }) },
  async ({ text }, extra, credential) => {
    const taken: [string, AbortSignal, string | number, string] = [text, extra.signal, extra.requestId, credential.unprotectedText()];
    if (taken.length > 4) return { content: [{ type: 'audio', data: '', mimeType: 'audio/ogg' }] };
    return { content: [{ type: 'text', text }], structuredContent: { stored: true } };
  }));

two.registerTool('create_note', { inputSchema: schema2 }, withCredential(warder, 'notes/api-key',
  { tool: 'notes/create_note', context: (ctx) => ({ session: ctx.sessionId, onBehalfOf: ctx.http?.authInfo?.clientId }) },
  async ({ text }, ctx, credential) => {
    const taken: [string, AbortSignal, string | number, string] = [text, ctx.mcpReq.signal, ctx.mcpReq.id, credential.unprotectedText()];
    if (taken.length > 4) return { resultType: 'input_required', requestState: 'asked' };
    return { content: [{ type: 'text', text }], structuredContent: [1] };
  }));

// Not asynchronous, and of the deprecated form of schema.
two.registerTool('create_note', { inputSchema: { text: text2 } }, withCredential(warder, 'notes/api-key', { tool: 'notes/create_note' },
  ({ text }, ctx, credential) => ({ content: [{ type: 'text', text: text + ctx.mcpReq.method + credential.unprotectedText() }] })));

// Tools without arguments: the SDK leaves them out, and so does the wrapper.
one.tool('list_notes', withCredential(warder, 'notes/api-key', { tool: 'notes/list_notes' },
  async (extra, credential) => ({ content: [{ type: 'text', text: `${extra.requestId} ${credential.unprotectedText()}` }] })));
one.registerTool('list_notes', {}, withCredential(warder, 'notes/api-key', { tool: 'notes/list_notes' },
  async (extra, credential) => ({ content: [{ type: 'text', text: `${extra.requestId} ${credential.unprotectedText()}` }] })));
two.registerTool('list_notes', {}, withCredential(warder, 'notes/api-key', { tool: 'notes/list_notes' },
  async (ctx: v2.ServerContext, credential: ResolvedSecret) => ({ content: [{ type: 'text', text: `${ctx.mcpReq.id} ${credential.version}` }] })));

one.tool('create_note', 'Stores a note.', { text: text1 }, withCredential(warder, 'notes/api-key', { tool: 'notes/create_note' },
  async ({ text }, extra, credential) => ({ content: [{ type: 'text', text: `${text} ${extra.requestId} ${credential.version}` }] })));

/** Apart from where it is registered, for either version. */
const createNote = withCredential(warder, 'notes/api-key', { tool: 'notes/create_note' },
  async ({ text }: { text: string }, _extra: unknown, credential: ResolvedSecret) => ({
    content: [{ type: 'text', text: text + credential.unprotectedText() }],
  }));
one.registerTool('create_note', { inputSchema: { text: text1 } }, createNote);
two.registerTool('create_note', { inputSchema: schema2 }, createNote);
const official = async (_args: { text: string }, _extra: v1.RequestHandlerExtra, _credential: ResolvedSecret): Promise<v1.CallToolResult> => (
  { content: [] });
one.registerTool('create_note', { inputSchema: { text: text1 } }, withCredential(warder, 'notes/api-key', { tool: 'notes/create_note' }, official));

// @ts-expect-error: a tool without arguments gets none
one.registerTool('list_notes', {}, createNote);
// @ts-expect-error: a handler of version 1 finds nothing in what version 2 gives
two.registerTool('create_note', { inputSchema: schema2 }, withCredential(warder, 'notes/api-key', { tool: 'notes/create_note' }, official));
one.registerTool('create_note', { inputSchema: { text: text1 } }, withCredential(warder, 'notes/api-key', { tool: 'notes/create_note' },
  // @ts-expect-error: the schema has no such argument
  async ({ note }, _extra, _credential) => ({ content: [{ type: 'text', text: String(note) }] })));
