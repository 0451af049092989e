import { inspect } from 'node:util';
import { isSealError, toBase64, toHex, utf8, type Bytes, asKey, type DhPublicKey } from '@seal-chat/protocol';
import { expect, it } from 'vitest';
import { curves } from './accounts.ts';
import { addPreKey, parties, receive, receiving, recordOf, send, startSession, testDevice } from './devices.ts';
import { decryptEnvelope } from '../src/session/decrypt-envelope.ts';
import { encryptEnvelope } from '../src/session/encrypt-envelope.ts';

/** Every way bytes find their way into a text. */
const spellings = (secret: Bytes): readonly string[] => [
  toHex(secret),
  toBase64(secret),
  Buffer.from(secret).toString('base64'),
  secret.join(','),
  secret.join(', '),
  JSON.stringify([...secret]),
];

it('shows no secret in an error: not in message, stack, cause, JSON or inspection', async () => {
  const [alice, bob, eve] = [await testDevice('alice'), await testDevice('bob'), await testDevice('eve')];
  await addPreKey(bob, 'kemOneTime');
  await startSession(alice, bob);
  const initial = send(alice, bob, utf8('the secret plaintext'));
  const preKeys = receiving(bob, alice, initial).preKeys;
  await receive(bob, alice, initial);
  await receive(alice, bob, send(bob, alice, utf8('x')));
  send(alice, bob, utf8('skipped'));
  await receive(bob, alice, send(alice, bob, utf8('x')));
  const later = send(alice, bob, utf8('the secret plaintext'));
  const broken = later.slice();
  broken[broken.length - 1]! ^= 1;

  const record = recordOf(bob, alice)!;
  const params = receiving(bob, alice, later);
  const lowOrder = {
    ...params.parties,
    peer: { ...params.parties.peer, dhKey: asKey<DhPublicKey>(new Uint8Array(32)) },
  };
  const attempts: (() => unknown)[] = [
    () => receive(bob, alice, broken),
    () => receive(bob, alice, initial),
    () => receive(bob, alice, later.slice(1)),
    () => receive(bob, alice, later.slice(0, 100)),
    () => decryptEnvelope({ ...params, record: null }),
    () => decryptEnvelope({ ...receiving(bob, eve, initial), preKeys }),
    () => decryptEnvelope({ ...receiving(bob, alice, initial), record: null, preKeys: [] }),
    () => decryptEnvelope({ ...receiving(bob, alice, initial), record: null, preKeys, parties: lowOrder }),
    () => decryptEnvelope({ ...params, parties: parties(bob, eve) }),
    () =>
      encryptEnvelope({
        rng: bob.rng,
        parties: parties(bob, alice),
        record: { ...record, sessions: [] },
        conversationId: params.conversationId,
        listVersions: { senderListVersion: 1, recipientListVersion: 1 },
        plaintext: utf8('the secret plaintext'),
        now: params.now,
      }),
    () => curves.sign({ ...bob.signKeys, privateKey: asKey(bob.signKeys.privateKey.slice(1)) }, utf8('x')),
    () => bob.kem.decapsulate(asKey(preKeys[1]!.privateKey.slice(1)), new Uint8Array(1088)),
  ];

  const secrets = [
    bob.own.dhKeys.privateKey,
    bob.signKeys.privateKey,
    alice.own.dhKeys.privateKey,
    ...preKeys.map(({ privateKey }) => privateKey),
    ...record.sessions.flatMap(({ ratchet, associatedData }) => [
      associatedData,
      ratchet.rootKey,
      ratchet.ownKeys.privateKey,
      ratchet.sending.chainKey,
      ...ratchet.receiving.flatMap(({ chainKey, skipped }) => [
        ...(chainKey === null ? [] : [chainKey]),
        ...skipped.map(({ key }) => key),
      ]),
      ratchet.pq!.epochSecret,
      ratchet.pq!.sending.chainKey,
      ratchet.pq!.receiving.chainKey,
    ]),
  ];
  expect(secrets.length).toBeGreaterThan(9);
  const forbidden = [...secrets.flatMap(spellings), 'the secret plaintext'];

  const codes = new Set<string>();
  for (const attempt of attempts) {
    const error: unknown = await Promise.resolve()
      .then(attempt)
      .then(
        () => null,
        (reason: unknown) => reason,
      );
    if (!isSealError(error)) throw new Error(`expected a SealError, got ${String(error)}`);
    codes.add(error.code);
    const shown = [
      inspect(error, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null }),
      JSON.stringify(error),
      JSON.stringify([error.message, error.cause, error.details]),
      error.stack ?? '',
    ].join('\n');
    expect(forbidden.filter((text) => shown.includes(text))).toEqual([]);
  }
  expect(codes.size).toBeGreaterThan(7);
});
