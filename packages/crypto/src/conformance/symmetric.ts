import { constantTimeEqual, type Bytes } from '@seal-chat/protocol';
import { AES_GCM_NONCE_LENGTH, aesGcmOpen, aesGcmSeal, importAesGcmKey, type AesSubtle } from '../aes-gcm.ts';
import { hkdfSha512, hmacSha512 } from '../kdf-sha512.ts';
import { hkdf, hmac } from '../kdf.ts';
import { chaChaPoly } from '../hpke/aead.ts';
import {
  PASSED,
  all,
  bytesOf,
  compare,
  failed,
  orRefused,
  skipped,
  type Outcome,
  type Suite,
  type WycheproofGroup,
  type WycheproofTest,
} from './wycheproof.ts';

const HMAC = { HMACSHA256: hmac, HMACSHA512: hmacSha512 };
const HKDF = {
  'HKDF-SHA-256': { derive: hkdf, hashLength: 32 },
  'HKDF-SHA-512': { derive: hkdfSha512, hashLength: 64 },
};

/** HMAC and HKDF with SHA-256 and SHA-512. */
export const kdfSuites: readonly Suite[] = [
  ...Object.entries(HMAC).map(([name, mac]): Suite => ({
    implementation: 'noble',
    matches: (algorithm) => algorithm === name,
    run: (group, test) => hmacTest(mac, group, test),
  })),
  ...Object.entries(HKDF).map(([name, { derive, hashLength }]): Suite => ({
    implementation: 'noble',
    matches: (algorithm) => algorithm === name,
    run: (_, test) => hkdfTest(derive, hashLength, test),
  })),
];

/** AES-256-GCM of WebCrypto. */
export function aesGcmSuite(subtle: AesSubtle): Suite {
  return {
    implementation: 'webCrypto',
    matches: (algorithm) => algorithm === 'AES-GCM',
    run: (group, test) => aesGcmTest(subtle, group, test),
  };
}

/** ChaCha20-Poly1305 as MLS uses it. */
export const chaChaPolySuite: Suite = {
  implementation: 'noble',
  matches: (algorithm) => algorithm === 'CHACHA20-POLY1305',
  run: (_, test) => chaChaPolyTest(test),
};

async function chaChaPolyTest(test: WycheproofTest): Promise<Outcome> {
  const nonce = bytesOf(test, 'iv');
  if (nonce.length !== chaChaPoly.nonceLength) return skipped('nonces of other than 96 bits');
  const [key, associatedData, plaintext] = [bytesOf(test, 'key'), bytesOf(test, 'aad'), bytesOf(test, 'msg')];
  const ciphertext: Bytes = Uint8Array.of(...bytesOf(test, 'ct'), ...bytesOf(test, 'tag'));
  const open = async () => chaChaPoly.open(key, nonce, associatedData, ciphertext);
  const opened = await orRefused(open, ['UNDECRYPTABLE']);
  if (test.result !== 'valid') return compare('open', opened, null);
  return all(
    compare('seal', chaChaPoly.seal(key, nonce, associatedData, plaintext), ciphertext),
    compare('open', opened, plaintext),
  );
}

function hmacTest(mac: typeof hmac, group: WycheproofGroup, test: WycheproofTest): Outcome {
  const tagLength = Number(group['tagSize']) / 8;
  const tag = mac(bytesOf(test, 'key'), bytesOf(test, 'msg')).slice(0, tagLength);
  const isEqual = constantTimeEqual(tag, bytesOf(test, 'tag'));
  return isEqual === (test.result === 'valid') ? PASSED : failed(isEqual ? 'tag: accepted' : 'tag: differs');
}

function hkdfTest(derive: typeof hkdf, hashLength: number, test: WycheproofTest): Outcome {
  const length = Number(test['size']);
  const run = () =>
    derive({ ikm: bytesOf(test, 'ikm'), salt: bytesOf(test, 'salt'), info: bytesOf(test, 'info'), length });
  if (test.result === 'valid') return compare('okm', run(), bytesOf(test, 'okm'));
  if (length <= 255 * hashLength) return failed('no known reason why it is invalid');
  try {
    run();
  } catch {
    return PASSED; // a length is a constant of our code: the library's own error will do
  }
  return failed('size: not refused');
}

async function aesGcmTest(subtle: AesSubtle, group: WycheproofGroup, test: WycheproofTest): Promise<Outcome> {
  if (group['keySize'] !== 256) return skipped(`keys of ${String(group['keySize'])} bits`);
  const nonce = bytesOf(test, 'iv');
  if (nonce.length !== AES_GCM_NONCE_LENGTH) return skipped('nonces of other than 96 bits');
  const key = await importAesGcmKey(subtle, bytesOf(test, 'key'));
  const associatedData = bytesOf(test, 'aad');
  const plaintext = bytesOf(test, 'msg');
  const ciphertext: Bytes = Uint8Array.of(...bytesOf(test, 'ct'), ...bytesOf(test, 'tag'));
  const opened = await orRefused(() => aesGcmOpen({ key, nonce, ciphertext, associatedData }), ['UNDECRYPTABLE']);
  if (test.result !== 'valid') return compare('open', opened, null);
  return all(
    compare('seal', await aesGcmSeal({ key, nonce, plaintext, associatedData }), ciphertext),
    compare('open', opened, plaintext),
  );
}
