import { sealBody } from '@seal-chat/crypto';
import {
  asKey,
  TRANSPORT,
  encodeEnvelope,
  encodeEnvelopeHeader,
  newId,
  toBase64,
  type Bytes,
  type ConversationId,
  type MessageId,
} from '@seal-chat/protocol';
import type { ConversationAnswer, SyncBatch } from '@seal-chat/protocol/api';
import { Connection } from './connection.ts';
import { eachOf } from './each-of.ts';
import type { Ledger } from './load.ts';
import type { Pair } from './pairs.ts';
import { TEXT_LENGTH } from './shape.ts';
import { publishPreKeys, register, type Cryptography, type Person, type Site } from './people.ts';

/** Pairs that register at once. */
const WIDTH = 10;
const KEY_MESSAGE_LENGTH = 65;
const MAC_LENGTH = 16;

/** The sealed body of such a message. */
export function createBody({ rng }: Cryptography, conversationId: ConversationId): Bytes {
  const messageId = newId<MessageId>(rng(16));
  const content = { kind: 'text', text: 'x'.repeat(TEXT_LENGTH) } as const;
  const body = { messageId, conversationId, sentAt: Date.now(), counter: 1, content, context: [] };
  return sealBody(body, rng).sealed;
}

/** A key envelope as it is once a session is answered: form and length are real, its secret parts random. */
export function createEnvelope({ rng }: Cryptography): Bytes {
  const headerBytes = encodeEnvelopeHeader({
    senderListVersion: 1,
    recipientListVersion: 1,
    preKey: null,
    ratchet: { dhKey: asKey(rng(32)), pn: 0, n: 0 },
    pq: { epoch: 0, n: 0, message: null },
  });
  const ciphertext = rng(KEY_MESSAGE_LENGTH + MAC_LENGTH);
  return encodeEnvelope({ headerBytes, commitment: rng(32), nonce: rng(24), ciphertext });
}

/** A signed-in WebSocket. */
export function connect(site: Site, person: Person): Promise<Connection> {
  const url = `${site.url.replace('http', 'ws')}${TRANSPORT.path}`;
  return Connection.open(url, { appKey: site.appKey, accessToken: person.accessToken });
}

/**
 * Subscribes to a device's mailbox and acknowledges what comes, as a client does: everything up to the latest position
 * in one call, and never two calls at once.
 */
export function receiveMail(connection: Connection, onMessage: (messageId: string) => void): Promise<void> {
  return new Promise((caughtUp) => {
    let position = 0;
    let acknowledged = 0;
    let isAcknowledging = false;
    const acknowledge = (): void => {
      if (isAcknowledging || position === acknowledged) return;
      isAcknowledging = true;
      acknowledged = position;
      const id = connection.expect((error) => {
        isAcknowledging = false;
        if (error === null) acknowledge();
      });
      connection.send(`{"id":${id},"method":"mutation","params":{"path":"sync.ack","input":{"position":${position}}}}`);
    };
    connection.subscribe('sync.subscribe', {}, (data) => {
      for (const event of (data as { data: SyncBatch }).data.events) {
        if (event.type === 'caught-up') caughtUp();
        if (event.type !== 'message') continue;
        position = event.position;
        onMessage(event.messageId);
      }
      acknowledge();
    });
  });
}

async function connectPair(site: Site, tools: Cryptography, name: string, ledger: Ledger): Promise<Pair> {
  const [from, to] = [await register(site, tools, `${name}-from`), await register(site, tools, `${name}-to`)];
  await publishPreKeys(site, tools, from);
  await publishPreKeys(site, tools, to);
  const sender = await connect(site, from);
  const receiver = await connect(site, to);
  await receiveMail(sender, (messageId) => ledger.receive(messageId));
  await receiveMail(receiver, (messageId) => ledger.receive(messageId));

  const { conversationId } = await sender.call<ConversationAnswer>('mutation', 'conversations.openDm', {
    userId: to.userId,
  });
  const body = toBase64(createBody(tools, conversationId));
  const deviceLists = JSON.stringify([from, to].map(({ userId }) => ({ userId, version: 1 })));
  const envelopes = JSON.stringify([{ deviceId: to.deviceId, envelope: toBase64(createEnvelope(tools)) }]);
  const rest = `"conversationId":"${conversationId}","deviceLists":${deviceLists},"body":"${body}","envelopes":${envelopes}`;
  return {
    send(messageId, acknowledge) {
      const id = sender.expect(acknowledge);
      sender.send(
        `{"id":${id},"method":"mutation","params":{"path":"messages.send","input":{"messageId":"${messageId}",${rest}}}}`,
      );
    },
  };
}

/** Pairs of people on Seal's server, each in a conversation of their own. */
export async function connectSealPairs(
  site: Site,
  tools: Cryptography,
  count: number,
  ledger: Ledger,
): Promise<readonly Pair[]> {
  const names = Array.from({ length: count }, (_, i) => `pair-${i}`);
  return eachOf(names, WIDTH, (name) => connectPair(site, tools, name, ledger));
}
