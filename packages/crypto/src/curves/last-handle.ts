import type { Bytes } from '@seal-chat/protocol';

/**
 * Keeps the engine's handle of the public key that was asked for last: the signatures of a bundle are checked under one
 * key, and the agreements of a session's beginning or of a ratchet step are made with one.
 */
export function lastHandle(importKey: (publicKey: Bytes) => Promise<object>): {
  readonly of: (publicKey: Bytes) => Promise<object>;
  /** For after a failure that says nothing of the key. */
  readonly forget: () => void;
} {
  let last: { readonly publicKey: Bytes; readonly handle: Promise<object> } | null = null;
  return {
    of(publicKey) {
      if (last?.publicKey.every((byte, i) => byte === publicKey[i])) return last.handle;
      const handle = importKey(publicKey);
      last = { publicKey: Uint8Array.from(publicKey), handle };
      return handle;
    },
    forget() {
      last = null;
    },
  };
}
