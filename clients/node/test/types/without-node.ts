// Without Node's types, bytes are what the language has for them.

import type { ResolvedSecret } from 'warder-client';

export function bytes(secret: ResolvedSecret): Uint8Array {
  const found: Uint8Array = secret.value.unprotectedBytes();
  // @ts-expect-error: only Node's have encodings
  found.toString('hex');
  // @ts-expect-error: nor has what was resolved more than that
  secret.value.unprotectedBytes().toString('hex');
  return found;
}
