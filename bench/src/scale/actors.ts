import { randomBytes, randomUUID } from 'node:crypto';
import { TRANSPORT, toBase64, type ConversationId } from '@seal-chat/protocol';
import type { ConversationAnswer, SyncBatch } from '@seal-chat/protocol/api';
import { Connection } from '../server/connection.ts';
import { register, type Cryptography, type Registered, type Site } from '../server/people.ts';
import { connect, createBody, createEnvelope } from '../server/seal-pairs.ts';

/** The people who do what is measured, signed in. */
export interface Actors {
  readonly alice: Registered;
  readonly bob: Registered;
  /** Alice's socket. */
  readonly socket: Connection;
  /** The DM of the two. */
  readonly dm: string;
  /** Channels of the two, which become large. */
  readonly channels: readonly string[];
  /** Alice sends one message to the DM. @returns its number */
  send(): Promise<number>;
  sendTo(channel: string): Promise<unknown>;
  /** Makes a channel of Alice alone, with one message. */
  channelOfOne(): Promise<string>;
  /** Bob connects, and has caught up. */
  connect(): Promise<void>;
}

const random = (length: number): string => randomBytes(length).toString('base64url');

/** Registers the actors, with a DM of 200 messages and two channels. */
export async function createActors(site: Site, tools: Cryptography): Promise<Actors> {
  const alice = await register(site, tools, 'scale-alice');
  const bob = await register(site, tools, 'scale-bob');
  const socket = await connect(site, alice);
  const { conversationId: dm } = await socket.call<ConversationAnswer>('mutation', 'conversations.openDm', {
    userId: bob.userId,
  });
  const deviceLists = [alice, bob].map(({ userId }) => ({ userId, version: 1 }));

  async function send(): Promise<number> {
    const { seq } = await socket.call<{ seq: number }>('mutation', 'messages.send', {
      conversationId: dm,
      messageId: randomUUID(),
      deviceLists,
      body: toBase64(createBody(tools, dm as ConversationId)),
      envelopes: [{ deviceId: bob.deviceId, envelope: toBase64(createEnvelope(tools)) }],
    });
    return seq;
  }

  async function createChannel(): Promise<string> {
    const conversationId = randomUUID();
    await socket.call('mutation', 'channels.create', {
      conversationId,
      visibility: 'private',
      name: null,
      description: null,
      suite: 1,
      groupInfo: random(1_000),
      authenticator: random(32),
    });
    return conversationId;
  }

  async function addBob(conversationId: string): Promise<void> {
    await socket.call('mutation', 'channels.add', { conversationId, userIds: [bob.userId] });
    await socket.call('mutation', 'channels.commit', {
      conversationId,
      commitId: randomUUID(),
      incarnation: 0,
      epoch: 0,
      commit: random(500),
      welcome: random(500),
      groupInfo: random(1_000),
      authenticator: random(32),
      adds: [{ userId: bob.userId, deviceId: bob.deviceId }],
      removes: [],
      isExternal: false,
    });
  }

  const sendAt = (conversationId: string, epoch: number): Promise<unknown> =>
    socket.call('mutation', 'channels.send', {
      conversationId,
      messageId: randomUUID(),
      incarnation: 0,
      epoch,
      body: random(500),
      envelope: random(300),
    });

  const channels = [await createChannel(), await createChannel()];
  for (const channel of channels) await addBob(channel);
  for (let i = 0; i < 200; i++) await send();

  return {
    alice,
    bob,
    socket,
    dm,
    channels,
    send,
    sendTo: (channel) => sendAt(channel, 1),
    async channelOfOne() {
      const channel = await createChannel();
      await sendAt(channel, 0);
      return channel;
    },
    async connect() {
      const params = { appKey: site.appKey, accessToken: bob.accessToken };
      const connection = await Connection.open(`${site.url.replace('http', 'ws')}${TRANSPORT.path}`, params);
      await new Promise<void>((caughtUp) => {
        connection.subscribe('sync.subscribe', { lastEventId: null }, (data) => {
          if ((data as { data: SyncBatch }).data.events.some(({ type }) => type === 'caught-up')) caughtUp();
        });
      });
      connection.close();
    },
  };
}
