import type {
  Bytes,
  ContentKey,
  DhPublicKey,
  FileKey,
  KemPublicKey,
  KeyMessage,
  SignPublicKey,
} from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { dh, type Curves } from './curves/curves.ts';
import type { Kem } from './kem/kem.ts';
import type {
  BoxKey,
  ChainKey,
  DhKeyPair,
  DhOutput,
  DhPrivateKey,
  KemSecret,
  KemSeed,
  LinkCodeKey,
  LinkSecret,
  MessageKey,
  PqMessageKey,
  PqSharedSecret,
  RootKey,
  SharedSecret,
  SignKeyPair,
  SignSeed,
} from './keys.ts';
import { shortAuthenticationString, sharedSecret } from './linking/schedule.ts';
import { advanceChainKey, skipChainKey } from './ratchet/chain-key.ts';
import { startAsInitiator, startAsResponder, type RatchetState } from './ratchet/double-ratchet.ts';
import { combineMessageKeys, openMessage } from './ratchet/message-key.ts';
import { advanceRootKey } from './ratchet/root-key.ts';
import { openBox, sealBox } from './secret-box.ts';
import { createStreamKey, type FileName } from './stream/stream-key.ts';
import type { AesSubtle } from './aes-gcm.ts';
import type { Rng } from './rng.ts';

/**
 * What must not compile. The functions are never called: `tsc` reads them, and an expected error that does not occur
 * is an error.
 */
describe('a key of one kind', () => {
  it('is not taken for one of another kind by the Double Ratchet', () => {
    const misuse = (
      rootKey: RootKey,
      chainKey: ChainKey,
      messageKey: MessageKey,
      dhOutput: DhOutput,
      secret: SharedSecret,
      pqSecret: PqSharedSecret,
      pqMessageKey: PqMessageKey,
      pair: DhKeyPair,
      state: RatchetState,
      bytes: Bytes,
    ): void => {
      advanceRootKey(rootKey, dhOutput);
      // @ts-expect-error root key and Diffie-Hellman output swapped
      advanceRootKey(dhOutput, rootKey);
      // @ts-expect-error a chain key is no root key
      advanceRootKey(chainKey, dhOutput);
      // @ts-expect-error the shared secret is not mixed in as if it were an agreement
      advanceRootKey(rootKey, secret);
      // @ts-expect-error a root key is no chain key
      advanceChainKey(rootKey);
      // @ts-expect-error a message key is no chain key
      skipChainKey(messageKey);
      // @ts-expect-error bytes are no chain key
      advanceChainKey(bytes);
      const message = { associatedData: bytes, headerBytes: bytes };
      const sealed = { commitment: bytes, nonce: bytes, ciphertext: bytes };
      // @ts-expect-error a chain key opens no message
      openMessage({ ...message, key: chainKey, sealed });
      // @ts-expect-error a message key opens none before it was combined with that of the other ratchet
      openMessage({ ...message, key: messageKey, sealed });
      // @ts-expect-error the two ratchets' keys swapped
      combineMessageKeys(pqMessageKey, messageKey);
      const begins = { pqSecret, localNow: 0 };
      // @ts-expect-error shared secret and agreement swapped
      startAsInitiator({ ...begins, sharedSecret: dhOutput, dhOutput: secret, ownKeys: pair });
      // @ts-expect-error the two ratchets' secrets swapped
      startAsResponder({ ...begins, sharedSecret: pqSecret, signedPreKey: pair });
      // @ts-expect-error a root key of a running session begins no other
      startAsResponder({ ...begins, sharedSecret: rootKey, signedPreKey: pair });
      // @ts-expect-error root and chain key swapped in a state
      const swapped: RatchetState = { ...state, rootKey: chainKey, sending: { chainKey: rootKey, n: 0 } };
      void swapped;
    };
    expect(misuse).toBeTypeOf('function');
  });

  it('is not taken for one of another kind by an agreement or a signature', () => {
    const misuse = async (
      curves: Curves,
      kem: Kem,
      pair: DhKeyPair,
      signKeys: SignKeyPair,
      publicKey: DhPublicKey,
      privateKey: DhPrivateKey,
      signKey: SignPublicKey,
      seed: SignSeed,
      kemKey: KemPublicKey,
      kemSeed: KemSeed,
      bytes: Bytes,
    ): Promise<void> => {
      // @ts-expect-error a private key is no public key
      await dh(curves, pair, privateKey);
      // @ts-expect-error an Ed25519 key agrees on nothing
      await dh(curves, pair, signKey);
      // @ts-expect-error an Ed25519 pair agrees on nothing
      await dh(curves, signKeys, publicKey);
      // @ts-expect-error public and private key swapped
      const swapped: DhKeyPair = { publicKey: privateKey, privateKey: publicKey };
      // @ts-expect-error an X25519 pair signs nothing
      await curves.sign(pair, bytes);
      // @ts-expect-error an X25519 key verifies nothing
      await curves.verify(publicKey, bytes, bytes);
      // @ts-expect-error message and key swapped
      await curves.verify(bytes, signKey, bytes);
      // @ts-expect-error the seed of a signing key is no X25519 key
      await curves.dhKeyPair(seed);
      // @ts-expect-error an X25519 key is no seed of a signing key
      await curves.signKeyPair(privateKey);
      // @ts-expect-error a seed is no encapsulation key
      await kem.encapsulate(kemSeed);
      // @ts-expect-error an encapsulation key decapsulates nothing
      await kem.decapsulate(kemKey, bytes);
      // @ts-expect-error seed and ciphertext swapped
      await kem.decapsulate(bytes, kemSeed);
      // @ts-expect-error an X25519 key is no encapsulation key
      await kem.encapsulate(publicKey);
      void swapped;
    };
    expect(misuse).toBeTypeOf('function');
  });

  it('is not taken for one of another kind by bodies, files and linking', () => {
    const misuse = async (
      subtle: AesSubtle,
      rng: Rng,
      contentKey: ContentKey,
      fileKey: FileKey,
      rootKey: RootKey,
      messageKey: MessageKey,
      boxKey: BoxKey,
      codeKey: LinkCodeKey,
      linkSecret: LinkSecret,
      dhOutput: DhOutput,
      kemSecret: KemSecret,
      file: FileName,
      bytes: Bytes,
    ): Promise<void> => {
      // @ts-expect-error a file key opens no body
      const keyMessage: KeyMessage = { contentKey: fileKey, bodyHash: bytes };
      // @ts-expect-error the hash of a body is no key
      const hashAsKey: KeyMessage = { contentKey: bytes, bodyHash: bytes };
      // @ts-expect-error a content key opens no file
      await createStreamKey(subtle, { ...file, fileKey: contentKey });
      // @ts-expect-error key and plaintext swapped
      sealBox(bytes, boxKey, rng);
      // @ts-expect-error a message key is not used before its derivation
      openBox(messageKey, bytes);
      // @ts-expect-error a root key is no key of a box
      openBox(rootKey, bytes);
      // @ts-expect-error an agreement is no key of a box
      openBox(kemSecret, bytes);
      // @ts-expect-error agreement and code swapped
      sharedSecret(codeKey, dhOutput);
      // @ts-expect-error the digits come from the agreement, not from the code alone
      shortAuthenticationString(codeKey, bytes);
      // @ts-expect-error secret and transcript swapped
      shortAuthenticationString(bytes, linkSecret);
      void [keyMessage, hashAsKey];
    };
    expect(misuse).toBeTypeOf('function');
  });
});
