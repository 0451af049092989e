/** A program that uses every entry of the packages, in Node. */
import { createSealClient, isSealError, memoryStore } from '@seal-chat/client';
import { fileStore } from '@seal-chat/client/node';
import { bufferedRng, createDeviceKeys, selectCurves } from '@seal-chat/crypto';
import * as keyPackages from '@seal-chat/crypto/key-packages';
import * as mls from '@seal-chat/crypto/mls';
import * as stream from '@seal-chat/crypto/stream';
import * as vault from '@seal-chat/crypto/vault';
import * as verify from '@seal-chat/crypto/verify';
import { fromBase64, toBase64 } from '@seal-chat/protocol';
import { userInputs, type ConversationAnswer, type SealRouter, type UserProfile } from '@seal-chat/protocol/api';
import * as content from '@seal-chat/protocol/content';
import * as ui from '@seal-chat/ui';
import * as widget from '@seal-chat/widget';
import { SealChat } from '@seal-chat/widget/element';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const proof = <_Proven extends true>(): void => undefined;

const client = createSealClient({ url: 'http://127.0.0.1:1', appKey: 'pk_consumer', store: memoryStore() });

// The typed calls are exact: `any` would be the same as everything, and refuse nothing.
/** Only the unchecked type is a supertype of everything and a subtype of 1 at once. */
type IsAny<T> = 0 extends 1 & T ? true : false;
type Api = typeof client.api;
proof<Same<IsAny<Api>, false>>();
proof<Same<ReturnType<Api['conversations']['list']['query']>, Promise<readonly ConversationAnswer[]>>>();
proof<Same<ReturnType<Api['users']['search']['query']>, Promise<readonly UserProfile[]>>>();
proof<Same<Parameters<Api['users']['search']['query']>[0], SealRouter['users']['search']['input']>>();
export function refused(): void {
  // @ts-expect-error another answer
  const wrong: Promise<number> = client.api.conversations.list.query({ after: null, limit: 1 });
  // @ts-expect-error another input
  void client.api.conversations.list.query({ after: 1, limit: wrong });
  // @ts-expect-error the SDK follows the mailbox, its users do not
  void client.api.sync.subscribe;
}

function expect(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`not so: ${what}`);
}

expect(client.account.get().status !== 'signed-in', 'an empty store has no account');
const error: unknown = await client.api.auth.challenge.mutate({}).then(
  () => null,
  (reason: unknown) => reason,
);
expect(isSealError(error), 'a call that nothing answers ends with an error of the SDK');
await client.close();

const rng = bufferedRng((bytes) => void crypto.getRandomValues(bytes));
await createDeviceKeys({ curves: await selectCurves(crypto.subtle), rng });
expect(fromBase64(toBase64(rng(5)))?.length === 5, 'base64url goes both ways');
expect(!userInputs.search.safeParse({ query: '', limit: 1 }).success, 'schemas refuse');
for (const module of [keyPackages, mls, stream, vault, verify, content, ui])
  expect(Object.keys(module).length > 0, 'an entry exports something');
expect(typeof fileStore === 'function', 'the store of files is there');
expect(widget.SealChat === SealChat, 'the element has one class');
for (const path of ['custom-elements.json', 'package.json', 'v1/seal-chat.js', 'v1/sri.json', 'v1/LICENSES.txt']) {
  import.meta.resolve(`@seal-chat/widget/${path}`);
}
for (const name of ['protocol', 'crypto', 'client', 'ui']) import.meta.resolve(`@seal-chat/${name}/package.json`);
console.log('works');
