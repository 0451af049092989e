import { newId, toBase64, type AttachmentId, type ConversationId } from '@seal-chat/protocol';
import { channelMessage, commitAt, leafOf, newChannel, noise } from './channels.ts';
import { rng } from './connections.ts';
import { messageTo } from './messages.ts';
import type { TestPerson } from './people.ts';

/** How a procedure is called, and an input that it takes. */
export type GoodInput = readonly ['query' | 'mutation' | 'subscription', unknown];

/** Every procedure that takes an input, and one good input of each: what random ones are made from. */
export function goodInputs(alice: TestPerson, bob: TestPerson, channelId: ConversationId): Record<string, GoodInput> {
  const proof = {
    challengeId: alice.first.deviceId,
    userId: alice.userId,
    deviceId: alice.first.deviceId,
    signature: toBase64(rng(64)),
  };
  const conversationId = alice.first.deviceId as never;
  const list = { deviceList: toBase64(alice.list.signed.bytes), deviceListSignature: toBase64(rng(64)) };
  const vault = { vault: toBase64(rng(200)), signature: toBase64(rng(64)), records: [toBase64(rng(100))] };
  const admission = { kind: 'consent', deviceId: alice.first.deviceId, signature: toBase64(rng(64)) };
  const key = (length: number) => ({ keyId: 7, publicKey: toBase64(rng(length)), signature: toBase64(rng(64)) });
  return {
    'auth.challenge': ['mutation', {}],
    'auth.register': ['mutation', { ...proof, ...list, username: 'someone', vault }],
    'auth.join': ['mutation', { ...proof, ...list, admission }],
    'auth.signIn': ['mutation', proof],
    'auth.refresh': ['mutation', { refreshToken: toBase64(rng(32)) }],
    'users.search': ['query', { query: 'al', limit: 10 }],
    'users.profiles': ['query', { userIds: [alice.userId] }],
    'devices.lists': ['query', { users: [{ userId: alice.userId, since: 0 }] }],
    'devices.update': ['mutation', { deviceList: list.deviceList, signature: toBase64(rng(64)), vault }],
    'devices.replaceKey': [
      'mutation',
      {
        deviceList: list.deviceList,
        signature: toBase64(rng(64)),
        vault,
        shares: [{ deviceId: bob.first.deviceId, envelope: toBase64(rng(200)) }],
      },
    ],
    'devices.checkpoint': ['mutation', { rev: 1 }],
    'preKeys.publish': [
      'mutation',
      {
        signedPreKey: key(32),
        lastResortKemPreKey: key(1184),
        oneTimePreKeys: [key(32)],
        oneTimeKemPreKeys: [key(1184)],
      },
    ],
    'preKeys.claim': ['mutation', { userId: bob.userId, deviceIds: [bob.first.deviceId] }],
    'vault.unlock': ['mutation', { username: 'someone', challengeId: proof.challengeId, signature: proof.signature }],
    'linking.open': ['mutation', { linkId: alice.first.deviceId }],
    'linking.send': ['mutation', { linkId: alice.first.deviceId, step: 1, payload: toBase64(rng(5)) }],
    'linking.receive': ['query', { linkId: alice.first.deviceId, step: 1 }],
    'conversations.openDm': ['mutation', { userId: alice.userId }],
    'conversations.list': ['query', { after: null, limit: 10 }],
    'conversations.get': ['query', { conversationId }],
    'messages.send': [
      'mutation',
      {
        ...messageTo(conversationId, [alice, bob], alice.first, 'x'),
        lifetimeSeconds: 60,
        attachmentIds: [alice.first.deviceId],
      },
    ],
    'messages.history': ['query', { conversationId, before: null, limit: 10 }],
    'messages.requestRetry': ['mutation', { conversationId, seq: 1 }],
    'messages.retry': ['mutation', { conversationId, seq: 1, deviceId: bob.first.deviceId, envelope: 'AAAA' }],
    'messages.remove': ['mutation', { conversationId, seq: 1 }],
    'attachments.limits': ['query', {}],
    'attachments.create': [
      'mutation',
      { attachmentId: newId<AttachmentId>(rng(16)), conversationId: channelId, size: 100 },
    ],
    'attachments.cancel': ['mutation', { attachmentId: newId<AttachmentId>(rng(16)) }],
    'channels.create': ['mutation', newChannel('inputs')],
    'channels.update': ['mutation', { conversationId: channelId, name: 'inputs', description: '' }],
    'channels.browse': ['query', { query: 'in', after: null, limit: 10 }],
    'channels.join': ['mutation', { conversationId: channelId }],
    'channels.decline': ['mutation', { conversationId: channelId }],
    'channels.leave': ['mutation', { conversationId }],
    'channels.invite': ['mutation', { conversationId: channelId, userIds: [bob.userId] }],
    'channels.invitations': ['query', {}],
    'channels.add': ['mutation', { conversationId: channelId, userIds: [bob.userId] }],
    'channels.remove': ['mutation', { conversationId: channelId, userId: bob.userId }],
    'channels.setRole': ['mutation', { conversationId: channelId, userId: bob.userId, role: 'admin' }],
    'channels.publishKeyPackages': [
      'mutation',
      { oneTime: [{ ref: noise(32), bytes: noise(90) }], lastResort: { ref: noise(32), bytes: noise(90) } },
    ],
    'channels.keyPackageStatus': ['query', {}],
    'channels.claimKeyPackages': ['mutation', { conversationId: channelId, deviceIds: [bob.first.deviceId] }],
    'channels.group': ['query', { conversationId: channelId }],
    'channels.heads': ['query', {}],
    'channels.log': ['query', { conversationId: channelId, after: 0, limit: 10 }],
    'channels.commit': [
      'mutation',
      commitAt(channelId, { incarnation: 0, epoch: 1 }, { adds: [leafOf(bob)], removes: [alice.first.deviceId] }),
    ],
    'channels.send': ['mutation', channelMessage(channelId, { incarnation: 0, epoch: 1 })],
    'channels.report': ['mutation', { conversationId: channelId, incarnation: 0, epoch: 0 }],
    'channels.reset': [
      'mutation',
      { conversationId: channelId, incarnation: 1, groupInfo: noise(90), authenticator: noise(32) },
    ],
    'sync.subscribe': ['subscription', { lastEventId: '0' }],
    'sync.ack': ['mutation', { position: 1 }],
    'sync.typing': ['mutation', { conversationId, isTyping: true }],
    'sync.presence': ['mutation', { state: 'away' }],
  };
}
