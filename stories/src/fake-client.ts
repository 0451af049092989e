import {
  SealError,
  type AccountState,
  type AtRest,
  type ConnectionState,
  type Conversation,
  type ConversationId,
  type ConversationSummary,
  type Linking,
  type LinkingState,
  type OwnDevice,
  type Person,
  type PrivacySettings,
  type SealClient,
  type SealEventName,
  type SealEvents,
} from '@seal-chat/client';
import { fakeChannelVerbs } from './fake-channels.ts';
import { fakeConversation, type ConversationSeed } from './fake-conversation.ts';
import { writable } from './writable.ts';

/** What a story starts with. Everything not named is as for a person who is signed in, online and alone. */
export interface FakeSeed extends ConversationSeed {
  readonly account: AccountState;
  readonly connection?: ConnectionState;
  readonly conversations?: readonly ConversationSummary[];
  readonly people?: readonly Person[];
  readonly devices?: readonly OwnDevice[];
  readonly atRest?: AtRest;
  readonly clockDifference?: number;
  /** What linking shows, on either side. */
  readonly linking?: LinkingState;
  /** What creating an account fails with. */
  readonly createAccountError?: SealError;
  readonly safetyNumber?: string;
  readonly requests?: readonly ConversationSummary[];
  readonly blocked?: readonly Person[];
}

/** As long as a real one, 151 characters. */
const SHOWN_CODE = 'AV6h'.padEnd(151, 'x7Qm2Kd9');

/** The client's public interface over plain values in memory: for stories only, nothing is sealed or sent. */
export function fakeClient(seed: FakeSeed): SealClient {
  const account = writable<AccountState>(seed.account);
  const connection = writable<ConnectionState>(seed.connection ?? { status: 'online' });
  const conversations = writable(seed.conversations ?? []);
  const requests = writable(seed.requests ?? []);
  const blocked = writable(seed.blocked ?? []);
  const privacy = writable<PrivacySettings>({ typing: true, presence: true, receipts: true });
  const atRest = writable<AtRest | null>(seed.atRest ?? 'non-extractable-key');
  const opened = new Map<ConversationId, Conversation>();

  function open(conversationId: ConversationId): Conversation {
    let conversation = opened.get(conversationId);
    if (conversation === undefined) {
      const isRequest = requests.get().some((one) => one.conversationId === conversationId);
      conversation = fakeConversation(conversationId, seed, isRequest ? requests : conversations);
      opened.set(conversationId, conversation);
    }
    return conversation;
  }

  return {
    api: undefined as never,
    account,
    connection,
    conversations,
    requests,
    blocked,
    privacy,
    atRest,
    clockDifference: writable(seed.clockDifference ?? 0),
    ready: () => Promise.resolve(account.get()),
    async createAccount() {
      if (seed.createAccountError !== undefined) throw seed.createAccountError;
      return { recoveryCode: null };
    },
    async confirmRecoveryCode() {
      const state = account.get();
      if (state.status === 'signed-in') account.set({ ...state, recoveryCode: null });
    },
    async replaceRecoveryCode() {
      const state = account.get();
      const recoveryCode = 'W3RQ-8K2M-ZT5V-9XHC-4NPA-7D1G-5YJE';
      if (state.status === 'signed-in') account.set({ ...state, recoveryCode });
      return { recoveryCode };
    },
    unlock: () => Promise.reject(new SealError('WRONG_CODE')),
    signIn: () => Promise.resolve(),
    recover: () => Promise.reject(new SealError('WRONG_CODE')),
    linkThisDevice: () => fakeLinking(seed.linking),
    showLinkingCode: () => Promise.resolve(fakeLinking(seed.linking)),
    signOut: () => Promise.resolve(),
    listDevices: () => Promise.resolve(seed.devices ?? []),
    acknowledgeDevices: () => Promise.resolve(),
    revokeDevice: () => Promise.resolve({ isFinished: true }),
    searchUsers: (query) =>
      Promise.resolve((seed.people ?? []).filter((person) => person.username?.startsWith(query.toLowerCase()))),
    openDm: () => {
      const first = conversations.get()[0];
      return first === undefined
        ? Promise.reject(new SealError('OFFLINE'))
        : Promise.resolve(open(first.conversationId));
    },
    conversation: open,
    ...fakeChannelVerbs(seed, conversations, open),
    safetyNumber: () => Promise.resolve(seed.safetyNumber ?? null),
    acceptIdentity: () => Promise.resolve(),
    verify: () => Promise.resolve(),
    unverify: () => Promise.resolve(),
    verificationCode: () => Promise.resolve(seed.safetyNumber === undefined ? null : SHOWN_CODE),
    checkVerificationCode: () => Promise.resolve('other'),
    block: () => Promise.resolve(),
    async unblock(userId) {
      blocked.set(blocked.get().filter((person) => person.userId !== userId));
    },
    async setPrivacy(settings) {
      privacy.set({ ...privacy.get(), ...settings });
    },
    setPresence: () => undefined,
    reconnect: () => undefined,
    on:
      <Name extends SealEventName>(_name: Name, _listener: (event: SealEvents[Name]) => void) =>
      () =>
        undefined,
    close: () => Promise.resolve(),
  };
}

function fakeLinking(state: LinkingState = { step: 'finishing' }): Linking {
  const current = writable(state);
  return {
    state: current,
    confirm: () => current.set({ step: 'finishing' }),
    cancel: () => current.set({ step: 'failed', error: new SealError('WRONG_CODE') }),
    finished: new Promise(() => undefined),
  };
}
