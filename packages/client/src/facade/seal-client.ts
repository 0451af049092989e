import { SealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import { apiOf, createTransport } from '../api/transport.ts';
import { loadChannels } from '../channels/load.ts';
import { loadPeople } from '../commands/load.ts';
import { createTypingNotifier } from '../conversations/typing.ts';
import { failedState, openDevice, type Device } from '../device/device.ts';
import { openPatiently } from '../device/open-patiently.ts';
import type { SealClientOptions } from '../device/options.ts';
import { transportOptions } from '../device/runtime.ts';
import { startLinking } from '../identity/linking-control.ts';
import { loadAccount, loadSettings, loadSignIn } from '../identity/load.ts';
import type { AccountState, AtRest } from '../model/account.ts';
import type { SealClient } from '../model/client.ts';
import { createAtom, mapReadable } from '../state/atom.ts';
import { activeAccount, forgetSession } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { NOT_CONNECTED } from '../sync/live-state.ts';
import { loadConversation } from '../sync/load.ts';
import { createEmitter } from '../view/emitter.ts';
import { createViews } from '../view/views.ts';
import { createConversation } from './conversation.ts';
import { createPendingAttachments } from './pending-attachments.ts';

/** The look of a linking code, in any grouping; whether it is one is found out when it is used. */
const LINKING_CODE = /^(?:[\s-]*[0-9a-z]){16}[\s-]*$/i;

/**
 * One device of one account. Returns at once and opens the local store behind: `account` tells how that goes, every
 * method waits for it. Clients (tabs) with the same `appKey` and `profile` on one origin are the same device.
 */
export function createSealClient(options: SealClientOptions): SealClient {
  const emitter = createEmitter();
  const account = createAtom<AccountState>({ status: 'opening' });
  const atRest = createAtom<AtRest | null>(null);
  const clockDifference = createAtom(0);
  const live = createAtom(NOT_CONNECTED);
  const connection = mapReadable(live, (state) => state.connection);
  const views = createViews({ live, emitter });
  account.subscribe((state) => emitter.emit('account', state));
  connection.subscribe((state) => emitter.emit('connection', state));
  live.subscribe(() => views.liveChanged());

  let tokens: Device['tokens'] | null = null;
  let closing: Promise<void> | null = null;
  const calls = transportOptions(options);
  const transport = createTransport(calls, {
    accessToken: async () => (await device).tokens.accessToken(),
    current: () => tokens?.current() ?? null,
    refuse: (token) => tokens?.refuse(token),
    forget: () => tokens?.forget(),
  });
  const ending = new AbortController();
  /** The store does not answer, and is tried again. */
  const tell = (error: unknown): void => {
    if (account.get().status === 'opening') emitter.fail(error);
    account.set(failedState(error));
  };
  const device: Promise<Device> = openPatiently(
    () => openDevice({ options, transport, account, live, views, emitter }),
    { tell, signal: ending.signal },
  );
  device.then(
    (opened) => {
      tokens = opened.tokens;
      atRest.set(opened.store.atRest);
      clockDifference.set(opened.clock.difference.get());
      opened.clock.difference.subscribe(clockDifference.set);
    },
    (error: unknown) => account.set(failedState(error)),
  );

  // Needed by everything but reading: loaded while the store opens. A failure is met by the first that needs it.
  loadConversation().catch(() => {});

  const { api } = transport;
  const typing = createTypingNotifier(api, views.tellsTyping);
  const pending = createPendingAttachments(device);
  const conversation = (conversationId: ConversationId) =>
    createConversation({ device, views, typing, pending }, conversationId);

  /** Runs `command` on the open device, and shows what it did before the caller is told. */
  async function run<T>(command: (opened: Device) => Promise<T>): Promise<T> {
    const opened = await device;
    const result = await command(opened);
    await opened.settled();
    return result;
  }

  const setBlocked = (userId: UserId, isBlocked: boolean): Promise<void> =>
    run(async (opened) => (await loadPeople()).setBlocked(opened, userId, isBlocked));

  /** As `run`, for commands that sign a device in, which others can reach from then on. */
  const enter = <T>(command: (opened: Device) => Promise<T>, isNew = true): Promise<T> =>
    run(async (opened) => {
      const result = await command(opened);
      // The account is there whatever becomes of this; the connection does it again.
      await loadConversation()
        .then(({ maintainPreKeys }) => maintainPreKeys(opened, { renewAll: false, isNew }))
        .catch(() => {});
      // Asks the browser not to clear the keys when it runs out of space. A refusal changes nothing.
      void globalThis.navigator?.storage?.persist?.().catch(() => false);
      return result;
    });

  return {
    api,
    account,
    connection,
    conversations: views.conversations,
    requests: views.requests,
    blocked: views.blocked,
    privacy: views.privacy,
    atRest,
    clockDifference,
    async ready() {
      await device;
      return account.get();
    },

    createAccount: (input) => enter(async (opened) => (await loadAccount()).createAccount(opened, input)),
    signIn: () => enter(async (opened) => (await loadSignIn()).signIn(opened), false),
    recover: (input) => enter(async (opened) => (await loadSettings()).recoverAccount(opened, input)),
    linkThisDevice(code) {
      if (!LINKING_CODE.test(code)) throw new SealError('WRONG_CODE', 'linking code: 16 letters and digits');
      return startLinking(code, async (control) => {
        const { followLink } = await loadSettings();
        await enter((opened) => followLink(opened, code, control));
      });
    },
    async showLinkingCode() {
      const opened = await device;
      await activeAccount(opened.reader);
      const { offerLink, openLink } = await loadSettings();
      const code = await openLink(opened);
      return startLinking(code, (control) => offerLink(opened, code, control));
    },
    signOut: ({ wipe = false } = {}) =>
      run(async (opened) => {
        const nothing = (): void => {};
        if (wipe)
          await loadSettings()
            .then(({ leaveAccount }) => leaveAccount(opened), nothing)
            .catch(nothing);
        // Here first: a tab that is told by the server that the session is over would open another.
        const session = await opened.reader.get(ROWS.tokens);
        await (wipe ? opened.wipe() : opened.transact(forgetSession));
        await opened.settled();
        if (session !== null) await apiOf(calls, session.accessToken).auth.signOut.mutate().catch(nothing);
      }),
    confirmRecoveryCode: (typed) => run(async (opened) => (await loadSettings()).confirmRecoveryCode(opened, typed)),
    replaceRecoveryCode: (input) => run(async (opened) => (await loadSettings()).replaceRecoveryCode(opened, input)),
    unlock: (input) => run(async (opened) => (await loadSettings()).unlock(opened, input)),

    listDevices: () => run(async (opened) => (await loadSettings()).listOwnDevices(opened)),
    acknowledgeDevices: () =>
      run((opened) =>
        opened.transact(async (tx) => tx.put(ROWS.account, { ...(await activeAccount(tx)), newDevices: [] })),
      ),
    revokeDevice: (deviceId, input) =>
      run(async (opened) => (await loadSettings()).revokeDevice(opened, deviceId, input)),

    searchUsers: (query) => run(async (opened) => (await loadConversation()).commands.searchUsers(opened, query)),
    openDm: (userId) =>
      run(async (opened) => {
        const { commands } = await loadConversation();
        return conversation(await commands.openDm(opened, userId));
      }),
    conversation,
    createChannel: (input) =>
      run(async (opened) => conversation(await (await loadChannels()).commands.createChannel(opened, input))),
    browseChannels: (input) => run(async (opened) => (await loadChannels()).commands.browseChannels(opened, input)),
    async joinChannel(conversationId) {
      await run(async (opened) => (await loadChannels()).commands.joinChannel(opened, conversationId));
      return conversation(conversationId);
    },
    declineInvitation: (conversationId) =>
      run(async (opened) => (await loadChannels()).commands.declineInvitation(opened, conversationId)),
    invitations: views.invitations,
    safetyNumber: (userId) => run(async (opened) => (await loadSettings()).safetyNumberWith(opened, userId)),
    acceptIdentity: (userId, compared) =>
      run(async (opened) => (await loadSettings()).acceptIdentity(opened, userId, compared)),

    verify: (userId, compared) => run(async (opened) => (await loadSettings()).verify(opened, userId, compared)),
    unverify: (userId) => run(async (opened) => (await loadSettings()).unverify(opened, userId)),
    verificationCode: (userId) => run(async (opened) => (await loadSettings()).codeFor(opened, userId)),
    checkVerificationCode: (userId, shown) =>
      run(async (opened) => (await loadSettings()).checkCode(opened, userId, shown)),
    block: (userId) => setBlocked(userId, true),
    unblock: (userId) => setBlocked(userId, false),
    setPrivacy: (settings) => run(async (opened) => (await loadPeople()).setPrivacy(opened, settings)),

    setPresence: (state) => void device.then(({ tabs }) => tabs.setPresence(state)).catch(() => {}),
    reconnect: () => void device.then(({ tabs }) => tabs.reconnect()).catch(() => {}),
    on: emitter.on,
    close() {
      ending.abort();
      return (closing ??= device.then(({ close }) => close()).catch(() => {}));
    },
  };
}
