import { randomBytes } from 'node:crypto';
import { newId, type ConversationId, type DeviceId, type MessageId } from '@seal-chat/protocol';
import type { ChannelEntry, GroupAnswer, SyncEvent } from '@seal-chat/protocol/api';
import { rng, type Api, type TestConnection } from './connections.ts';
import type { TestDevice, TestPerson } from './people.ts';

/** Bytes where the server cannot tell whether an MLS group made them. */
export function noise(length: number): string {
  return randomBytes(length).toString('base64url');
}

export type CreateInput = Parameters<Api['channels']['create']['mutate']>[0];
export type CommitInput = Parameters<Api['channels']['commit']['mutate']>[0];
export type ChannelSendInput = Parameters<Api['channels']['send']['mutate']>[0];

/** What `channels.create` takes; public when it has a name. */
export function newChannel(name: string | null = null): CreateInput {
  return {
    conversationId: newId<ConversationId>(rng(16)),
    visibility: name === null ? 'private' : 'public',
    name,
    description: name === null ? null : `All about ${name}`,
    suite: 1,
    groupInfo: noise(100),
    authenticator: noise(32),
  };
}

/** A leaf as inputs name it. */
export function leafOf(person: TestPerson, device: Pick<TestDevice, 'deviceId'> = person.first) {
  return { userId: person.userId, deviceId: device.deviceId };
}

type Where = Pick<GroupAnswer, 'incarnation' | 'epoch'>;

/** A Commit made in the group's state `at`, with a Welcome when a member is added. */
export function commitAt(
  conversationId: ConversationId,
  { incarnation, epoch }: Where,
  change: Partial<Pick<CommitInput, 'adds' | 'removes' | 'isExternal' | 'commitId' | 'welcome'>> = {},
): CommitInput {
  const { adds = [], removes = [], isExternal = false } = change;
  return {
    conversationId,
    commitId: newId<MessageId>(rng(16)),
    incarnation,
    epoch,
    commit: noise(200),
    welcome: adds.length > 0 && !isExternal ? noise(300) : null,
    groupInfo: noise(120),
    authenticator: noise(32),
    ...change,
    adds,
    removes,
    isExternal,
  };
}

/** A message made in the group's state `at`. */
export function channelMessage(
  conversationId: ConversationId,
  { incarnation, epoch }: Where,
  text = 'hello',
): ChannelSendInput {
  return {
    conversationId,
    messageId: newId<MessageId>(rng(16)),
    incarnation,
    epoch,
    body: Buffer.from(text).toString('base64url'),
    envelope: noise(80),
  };
}

/** Brings the group to what it must be, as `by`: everybody missing is added, everybody gone removed. */
export async function reconcile(by: TestConnection, conversationId: ConversationId): Promise<GroupAnswer> {
  const group = await by.api.channels.group.query({ conversationId });
  const removes = group.toRemove.map(({ deviceId }): DeviceId => deviceId);
  await by.api.channels.commit.mutate(commitAt(conversationId, group, { adds: [...group.toAdd], removes }));
  return by.api.channels.group.query({ conversationId });
}

/** A channel of `owner` with these people in it and all their devices in its group. */
export async function channelOf(
  owner: TestPerson,
  people: readonly TestPerson[],
  name: string | null = null,
): Promise<{ readonly conversationId: ConversationId; readonly group: GroupAnswer }> {
  const { conversationId } = await owner.first.api.channels.create.mutate(newChannel(name));
  if (people.length > 0) {
    await owner.first.api.channels.add.mutate({ conversationId, userIds: people.map(({ userId }) => userId) });
  }
  return { conversationId, group: await reconcile(owner.first, conversationId) };
}

/** The log entries among events, in the order they came. */
export function entriesIn(events: readonly SyncEvent[]): ChannelEntry[] {
  return events.flatMap((event) => (event.type === 'channel-entry' ? [event.entry] : []));
}

/** The Welcomes among events. */
export function welcomesIn(events: readonly SyncEvent[]) {
  return events.filter((event) => event.type === 'welcome');
}
