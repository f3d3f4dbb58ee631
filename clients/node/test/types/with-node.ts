// With Node's types, bytes are a Buffer and a signal is Node's.

import type { ResolvedSecret, WarderClient } from 'warder-client';

export async function buffers(warder: WarderClient, controller: AbortController): Promise<Buffer> {
  const secret: ResolvedSecret = await warder.resolve('app/db', { tool: 'notes/read', signal: controller.signal });
  secret.value.copyTo(Buffer.alloc(32), 0);
  const encoded: string = secret.value.unprotectedBytes().toString('hex');
  // @ts-expect-error: a controller is no signal
  await warder.resolve('app/db', { tool: 'notes/read', signal: controller });
  return Buffer.from(encoded, 'hex');
}
