import { fromHex, type Bytes } from '@seal-chat/protocol';
import { expect, it } from 'vitest';
import { chaChaPoly } from '../hpke/aead.ts';
import { sha256Family } from '../hpke/hashes.ts';
import { encodeContent, encodeSenderData, type PrivateMessage } from './private-framing.ts';
import { openSenderData, unprotect } from './private-message.ts';
import { newRatchets, ratchetOf, take } from './secret-tree.ts';

/** A vector of `secret-tree.json` of the MLS working group (mls-implementations), ciphersuite 3, eight leaves. */
const ENCRYPTION_SECRET = 'd57a3e97f5db1387fd29e6111fd12cd15f55082164438e983f588e490d4be3c9';
const LEAF = 5;
const GENERATIONS = [
  {
    generation: 0,
    key: '5cbc6e9b705e19032afe6e22f44eaaa0b488c57cd441e37c7bb1224be1026f38',
    nonce: 'ee50d01dd78de80239309c5d',
  },
  {
    generation: 15,
    key: '5fef1992203713ffb91bc67965402b6345f691bcc4c656e4cffd0853a4ac6474',
    nonce: 'c9862f345543c351e0b81412',
  },
];
const SENDER_DATA = {
  secret: '3c61a6ebf1f32a9f20dc375039459ba7afa95600ee0736bd91fbd7cd6f0f324e',
  ciphertext:
    'e80d2f8e7283ce19fc07afe30277b9b5f5684fa8b3b858d51b3bc04e3d0cca2bec15d67d58063206b4df0b88a8a31e8bdfc1e4a1aacdf7d0b2df2cfb43fc85c9d53da8c05a3ced7c056e6f147f',
  key: '989649a440be9cffdc2d4afeef55e15b667d2f0b145c406a5aae11405f4cc6d3',
  nonce: 'b111bc5303860211b9d1b95d',
};
const crypto = { hash: sha256Family, aead: chaChaPoly };
const AAD: Bytes = Uint8Array.of(1, 2, 3);

it('the keys of messages are those of RFC 9420 §9', () => {
  const ratchets = newRatchets(new Uint8Array(16), 8, fromHex(ENCRYPTION_SECRET));
  const ratchet = ratchetOf(crypto, ratchets, LEAF, 8);
  for (const { generation, key, nonce } of GENERATIONS)
    expect(take(crypto, ratchet, generation)).toEqual({ generation, key: fromHex(key), nonce: fromHex(nonce) });
});

it('sender data are sealed as RFC 9420 §6.3.2 says', () => {
  const data = { leafIndex: LEAF, generation: 7, reuseGuard: Uint8Array.of(9, 8, 7, 6) };
  const message = {
    ciphertext: fromHex(SENDER_DATA.ciphertext),
    senderDataAad: AAD,
    encryptedSenderData: chaChaPoly.seal(
      fromHex(SENDER_DATA.key),
      fromHex(SENDER_DATA.nonce),
      AAD,
      encodeSenderData(data),
    ),
  } as Partial<PrivateMessage> as PrivateMessage;
  expect(openSenderData(crypto, message, fromHex(SENDER_DATA.secret))).toEqual(data);
});

it('the reuse guard goes into the nonce, as RFC 9420 §6.3.1 says', () => {
  const [{ generation, key, nonce }] = GENERATIONS as [(typeof GENERATIONS)[number]];
  const reuseGuard = Uint8Array.of(0xff, 0, 1, 0x80);
  const guarded = fromHex(nonce).map((byte, i) => byte ^ (reuseGuard[i] ?? 0));
  const [applicationData, signature] = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  const ciphertext = chaChaPoly.seal(fromHex(key), guarded, AAD, encodeContent(applicationData, signature));
  const message = { ciphertext, contentAad: AAD } as Partial<PrivateMessage> as PrivateMessage;
  const ratchetKey = { generation, key: fromHex(key), nonce: fromHex(nonce) };
  expect(unprotect(crypto, message, ratchetKey, { reuseGuard })).toEqual({ applicationData, signature });
});
