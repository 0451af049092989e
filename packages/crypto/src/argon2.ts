import { SealError, type Bytes } from '@seal-chat/protocol';
import { loadPart } from './load-part.ts';

/** Cost of one Argon2id derivation. */
export interface Argon2Parameters {
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
}

/**
 * Derives with Argon2id version 0x13 (RFC 9106), in slices of a few ms so that a page stays responsive. Pure
 * JavaScript, so that it runs under a content security policy without `wasm-unsafe-eval`, and loaded when first needed:
 * most visits never do.
 *
 * @param input.length bytes of the result
 * @param input.onProgress told the finished fraction, 0 to 1
 * @throws SealError BAD_INPUT on parameters RFC 9106 §3.1 does not allow; OFFLINE when the code cannot be loaded
 */
export async function argon2id(input: {
  readonly password: Bytes;
  readonly salt: Bytes;
  readonly parameters: Argon2Parameters;
  readonly length: number;
  /** K and X of RFC 9106. */
  readonly secret?: Bytes;
  readonly associatedData?: Bytes;
  readonly onProgress?: (fraction: number) => void;
}): Promise<Bytes> {
  const { password, salt, parameters, length, secret, associatedData, onProgress } = input;
  const { argon2idAsync } = await loadPart(() => import('@noble/hashes/argon2.js'));
  try {
    return await argon2idAsync(password, salt, {
      version: 0x13,
      m: parameters.memoryKiB,
      t: parameters.iterations,
      p: parameters.parallelism,
      dkLen: length,
      ...(secret && { key: secret }),
      ...(associatedData && { personalization: associatedData }),
      ...(onProgress && { onProgress }),
    });
  } catch (cause) {
    throw new SealError('BAD_INPUT', 'argon2id: parameters out of range', { cause });
  }
}
