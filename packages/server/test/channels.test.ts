import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId, type ConversationId, type MessageId } from '@seal-chat/protocol';
import {
  channelMessage,
  channelOf,
  commitAt,
  entriesIn,
  leafOf,
  newChannel,
  noise,
  reconcile,
  welcomesIn,
} from './support/channels.ts';
import {
  addDevice,
  caughtUp,
  errorAnswerOf,
  listen,
  messageTo,
  refusalOf,
  removeDevices,
  rng,
  signUp,
  textOf,
  type TestDevice,
} from './support/people.ts';
import { startRelay, type Relay, type TestTenant } from './support/relay.ts';

let relay: Relay;
let tenant: TestTenant;

beforeAll(async () => {
  relay = await startRelay();
  tenant = await relay.addTenant();
});
afterAll(() => relay.close());

const people = (count: number) => Promise.all(Array.from({ length: count }, () => signUp(relay, tenant)));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const groupOf = (device: TestDevice, conversationId: ConversationId) =>
  device.api.channels.group.query({ conversationId });
const logOf = (device: TestDevice, conversationId: ConversationId, after = 0, limit = 100) =>
  device.api.channels.log.query({ conversationId, after, limit });

async function rowsOf(conversationId: ConversationId) {
  return relay.sql<{ seq: number; kind: string }[]>`
    select seq, kind from messages where conversation_id = ${conversationId} order by seq`;
}

describe('a channel', () => {
  test('begins with its creator’s device, and answers a lost answer again', async () => {
    const [alice] = await people(1);
    const second = await addDevice(relay, alice!);
    const input = newChannel();
    const made = await alice!.first.api.channels.create.mutate(input);
    expect(made).toMatchObject({
      conversationId: input.conversationId,
      kind: 'channel',
      lastSeq: 0,
      channel: { visibility: 'private', name: null, description: null },
      members: [{ userId: alice!.userId, role: 'owner' }],
    });
    expect(await alice!.first.api.channels.create.mutate(input)).toEqual(made);
    expect(await groupOf(alice!.first, input.conversationId)).toEqual({
      generation: 0,
      epoch: 0,
      suite: 1,
      groupInfo: input.groupInfo,
      authenticator: input.authenticator,
      epochSeq: 0,
      lastSeq: 0,
      toRemove: [],
      toAdd: [leafOf(alice!, second)],
      isReported: false,
    });
    const other = { ...input, authenticator: noise(32) };
    expect(await refusalOf(alice!.first.api.channels.create.mutate(other))).toMatchObject({ code: 'CONFLICT' });
  });

  test('takes messages and Commits into one log without gaps, and gives them page by page', async () => {
    const [alice, bob] = await people(2);
    const { conversationId, group } = await channelOf(alice!, [bob!]);
    const sent = await Promise.all(
      upTo(6).map((i) => alice!.first.api.channels.send.mutate(channelMessage(conversationId, group, `m${i}`))),
    );
    expect(sent.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7]);
    const { seq } = await bob!.first.api.channels.commit.mutate(commitAt(conversationId, group));
    expect(seq).toBe(8);
    const first = await logOf(bob!.first, conversationId, 0, 5);
    const rest = await logOf(bob!.first, conversationId, 5, 5);
    expect([...first.entries, ...rest.entries].map((entry) => [entry.seq, entry.kind])).toEqual([
      [1, 'commit'],
      ...upTo(6).map((i) => [i + 1, 'message']),
      [8, 'commit'],
    ]);
    expect([first.lastSeq, rest.lastSeq]).toEqual([8, 8]);
    expect(first.entries[0]).toMatchObject({ epoch: 0, adds: [leafOf(bob!)], removes: [], isExternal: false });
    expect((await logOf(bob!.first, conversationId, 8)).entries).toEqual([]);
    expect(await bob!.first.api.channels.heads.query({})).toEqual([
      { conversationId, generation: 0, epoch: 2, lastSeq: 8, isPending: false },
    ]);
  });
});
