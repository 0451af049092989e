import {
  type SealError,
  type ChannelControls,
  type ChannelListing,
  type Conversation,
  type ConversationId,
  type ConversationSummary,
  type Invitation,
  type SealClient,
} from '@seal-chat/client';
import { writable, type Writable } from './writable.ts';

/** What a story with channels starts with besides its conversations. */
export interface ChannelSeed {
  readonly channels?: readonly ChannelListing[];
  readonly invitations?: readonly Invitation[];
  /** What creating a channel fails with. */
  readonly createChannelError?: SealError;
  /** What joining one fails with. */
  readonly joinError?: SealError;
  /** What looking through the public ones fails with. */
  readonly browseError?: SealError;
  /** What members fail with whatever they do to one. */
  readonly controlsError?: SealError;
  /** Creating, joining and answering never end. */
  readonly isSlow?: boolean;
}

/** Channels of one page of the list of public ones. */
const PAGE = 100;

type Verbs = Pick<SealClient, 'createChannel' | 'browseChannels' | 'joinChannel' | 'declineInvitation' | 'invitations'>;

/** The part of the client that is about channels. Joining and creating lead to the first conversation there is. */
export function fakeChannelVerbs(
  seed: ChannelSeed,
  conversations: Writable<readonly ConversationSummary[]>,
  open: (conversationId: ConversationId) => Conversation,
): Verbs {
  const invitations = writable(seed.invitations ?? []);
  const answer = (conversationId: ConversationId): void =>
    invitations.set(invitations.get().filter((one) => one.conversationId !== conversationId));
  const settle = async (error: SealError | undefined): Promise<void> => {
    if (seed.isSlow === true) await new Promise(() => undefined);
    if (error !== undefined) throw error;
  };
  return {
    invitations,
    async createChannel() {
      await settle(seed.createChannelError);
      return open(conversations.get()[0]!.conversationId);
    },
    async browseChannels({ query = '', after = '' }) {
      await settle(seed.browseError);
      const found = (seed.channels ?? []).filter(({ name }) => name.toLowerCase().includes(query.toLowerCase()));
      const start = found.findIndex(({ name }) => name === after) + 1;
      return found.slice(start, start + PAGE);
    },
    async joinChannel(conversationId) {
      await settle(seed.joinError);
      answer(conversationId);
      return open(conversationId);
    },
    async declineInvitation(conversationId) {
      await settle(seed.joinError);
      answer(conversationId);
    },
  };
}

/** What members can do with a channel, on its summary alone. */
export function fakeControls(
  seed: ChannelSeed,
  find: () => ConversationSummary | null,
  change: (change: Partial<ConversationSummary>) => void,
): ChannelControls {
  const members = (): ConversationSummary['members'] => find()?.members ?? [];
  const run = async (what: () => void): Promise<void> => {
    if (seed.isSlow === true) await new Promise(() => undefined);
    if (seed.controlsError !== undefined) throw seed.controlsError;
    what();
  };
  const setChannel = (more: Partial<ConversationSummary['channel'] & object>): void => {
    const channel = find()?.channel ?? null;
    if (channel !== null) change({ channel: { ...channel, ...more } });
  };
  return {
    rename: (name) => run(() => change({ name })),
    describe: (description) => run(() => change({ description })),
    setSharesHistory: (sharesHistory) => run(() => setChannel({ sharesHistory })),
    add: () => run(() => undefined),
    invite: () => run(() => undefined),
    remove: (userId) =>
      run(() => {
        change({ members: members().filter((member) => member.userId !== userId) });
        setChannel({ memberCount: members().length });
      }),
    setRole: (userId, role) =>
      run(() =>
        change({ members: members().map((member) => (member.userId === userId ? { ...member, role } : member)) }),
      ),
    leave: () => run(() => setChannel({ state: 'left' })),
    encryption: () =>
      Promise.resolve(
        find()?.channel?.state === 'joined' ? { suite: 3, deviceCount: members().length + 2, epoch: 41 } : null,
      ),
  };
}
