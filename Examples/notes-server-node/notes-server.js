#!/usr/bin/env node
// An MCP server over stdio with one tool, which resolves its credential when the tool is called.
//
//     Examples/notes-server-node/notes-server.js --upstream http://127.0.0.1:18080
//
// What belongs to the vault is here; the rest, in mcp.js, is the part of MCP that an SDK would otherwise do.

import { CredentialRefused, WarderClient } from '../../clients/node/src/index.js';
import { withCredential } from '../../clients/node/src/mcp.js';
import { serve } from './mcp.js';

const [flag, upstream] = process.argv.slice(2);
if (flag !== '--upstream' || upstream === undefined) {
  process.stderr.write('usage: notes-server.js --upstream http://127.0.0.1:PORT\n');
  process.exit(2);
}

// Connects when the tool is first called: the host starts its servers whether the vault is there or not.
const warder = new WarderClient();

const createNote = {
  name: 'create_note',
  description: 'Stores a note in the notes service.',
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string', description: 'The note.' } },
    required: ['text'],
  },
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
};

/** Stores a note. The key is asked for now and gone when this returns: a rotated key is used from the next call on. */
async function storeNote({ text }, extra, credential) {
  const response = await fetch(new URL('/notes', upstream), {
    method: 'POST',
    body: text,
    headers: { Authorization: `Bearer ${credential.unprotectedText()}` },
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  // The vault hears of it; if the key was rotated in this very moment, this runs again with the new one.
  if (response?.status === 401) throw new CredentialRefused();
  const isError = response?.status !== 201;
  return { content: [{ type: 'text', text: isError ? 'The notes service failed.' : 'The note is stored.' }], isError };
}

await serve({
  name: 'example-notes-server',
  tool: createNote,
  accepts: ({ text }) => typeof text === 'string',
  handler: withCredential(warder, 'notes/api-key', { tool: 'notes/create_note' }, storeNote),
});
await warder.close();
