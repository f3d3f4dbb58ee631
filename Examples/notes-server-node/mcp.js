/** As much of MCP as a server with one tool needs, in both eras: JSON-RPC over standard input and output. */

import { createInterface } from 'node:readline';

const modernVersion = '2026-07-28';
const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

// The list is the same for everybody, and for as long as this process lives.
const caching = { ttlMs: 3_600_000, cacheScope: 'public' };

/** A failure in the terms of JSON-RPC. */
class RPCError extends Error {
  constructor(code, message, data) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const invalidRequest = () => new RPCError(-32600, 'Invalid request');
const methodNotFound = () => new RPCError(-32601, 'Method not found');
const invalidParams = () => new RPCError(-32602, 'Invalid params');

/** Answers messages until the input ends and the answers that are still due are out. */
export async function serve(server) {
  const running = new Set();
  for await (const line of createInterface({ input: process.stdin })) {
    const work = answerTo(line, server).then((answer) => {
      if (answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`);
      running.delete(work);
    });
    running.add(work);
  }
  await Promise.all(running);
}

/** One answer for one line; `undefined` where none is due. */
async function answerTo(line, server) {
  let id = null;
  try {
    const request = parsed(line);
    if (request.id === undefined) return undefined;
    id = request.id;
    return { jsonrpc: '2.0', id, result: await resultOf(request, server) };
  } catch (error) {
    const { code, message, data } = error instanceof RPCError ? error : new RPCError(-32603, 'Internal error');
    return { jsonrpc: '2.0', id, error: { code, message, data } };
  }
}

function parsed(line) {
  let request;
  try {
    request = JSON.parse(line);
  } catch {
    throw new RPCError(-32700, 'Parse error');
  }
  const isId = ['undefined', 'string'].includes(typeof request?.id) || Number.isInteger(request?.id);
  if (request?.jsonrpc !== '2.0' || typeof request.method !== 'string' || !isId) throw invalidRequest();
  return request;
}

/** A request of 2026-07-28 brings what it needs in `_meta`; before that there was a handshake. */
function isModern({ params }) {
  const meta = params?._meta;
  const version = meta?.['io.modelcontextprotocol/protocolVersion'];
  if (version === undefined) return false;
  if (version !== modernVersion) {
    throw new RPCError(-32022, 'Unsupported protocol version', { supported: [modernVersion], requested: version });
  }
  if (typeof meta['io.modelcontextprotocol/clientCapabilities'] !== 'object') throw invalidParams();
  return true;
}

async function resultOf(request, server) {
  const modern = isModern(request);
  const result = await (modern ? modernResult : legacyResult)(request, server);
  return modern ? { ...result, resultType: 'complete' } : result;
}

async function modernResult({ method, params }, server) {
  switch (method) {
    case 'server/discover':
      return {
        supportedVersions: [modernVersion],
        capabilities: { tools: {} },
        ...caching,
        _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo(server) },
      };
    case 'tools/list':
      return { tools: [server.tool], ...caching };
    case 'tools/call':
      return call(params, server);
    default:
      throw methodNotFound();
  }
}

async function legacyResult({ method, params }, server) {
  switch (method) {
    case 'initialize': {
      const asked = params?.protocolVersion;
      const protocolVersion = legacyVersions.includes(asked) ? asked : legacyVersions[0];
      return { protocolVersion, capabilities: { tools: {} }, serverInfo: serverInfo(server) };
    }
    case 'ping':
      return {};
    case 'server/discover':
      // Without `_meta` it is no request of either era.
      throw invalidParams();
    case 'tools/list':
      return { tools: [server.tool] };
    case 'tools/call':
      return call(params, server);
    default:
      throw methodNotFound();
  }
}

/** Runs the tool. A failure of the tool is a result, which the model can read; a call that names no such tool is an error. */
async function call(params, { tool, accepts, handler }) {
  const given = params?.arguments ?? {};
  if (params?.name !== tool.name || !accepts(given)) throw invalidParams();
  return handler(given, { _meta: params._meta });
}

function serverInfo({ name }) {
  return { name, version: '1.0.0' };
}
