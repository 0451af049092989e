import { SealError, isSealError, toBase64 } from '@seal-chat/protocol';
import { toSealError } from '../api/errors.ts';
import type { Transport } from '../api/transport.ts';
import type { Attachments } from '../attachments/attachments.ts';
import { loadAttachments } from '../attachments/load.ts';
import { createLoader, type Loader } from '../context/loader.ts';
import { loadInterrupted } from '../identity/load-interrupted.ts';
import type { AccountState } from '../model/account.ts';
import type { Atom } from '../state/atom.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import type { Committed } from '../store/device-tx.ts';
import { ROWS, type AccountRow } from '../store/rows.ts';
import { startLeader } from '../sync/leader.ts';
import type { LiveState } from '../sync/live-state.ts';
import { loadConversation } from '../sync/load.ts';
import { createTabs, type Tabs } from '../tabs/tabs.ts';
import type { Emitter } from '../view/emitter.ts';
import type { Views } from '../view/views.ts';
import { createAcceptance, type Acceptance } from './acceptance.ts';
import type { SealClientOptions } from './options.ts';
import { openRuntime, type Runtime } from './runtime.ts';
import { isSame } from '../state/is-same.ts';

/** An open device, and everything that follows its account: views, events, the connection. */
export interface Device extends Runtime {
  readonly tabs: Tabs;
  /** The files of this device, once their code is loaded. */
  readonly attachments: Loader<Attachments>;
  /** Each is called after every commit of any tab. */
  readonly watchers: Set<(change: Committed) => void>;
  readonly acceptance: Acceptance;
  /** Resolves when everything committed so far has reached the observable state. */
  settled(): Promise<void>;
  /** Deletes keys and messages for good. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

export interface DeviceParts {
  readonly options: SealClientOptions;
  readonly transport: Transport;
  readonly account: Atom<AccountState>;
  readonly live: Atom<LiveState>;
  readonly views: Views;
  readonly emitter: Emitter;
}

/** @throws SealError STORAGE_FAILED, UNSUPPORTED_BROWSER */
export async function openDevice(parts: DeviceParts): Promise<Device> {
  const { options, transport, account, live, views, emitter } = parts;
  const { channels = 'prepared', strangers = 'ask' } = options;
  const report = (error: unknown): void => emitter.fail(error);
  // Commits made before the tabs exist concern no listener yet.
  let tabs: Tabs | null = null;
  const runtime = await openRuntime(options, {
    api: transport.api,
    committed: (change) => tabs?.committed(change),
    report,
  });
  const { store, reader } = runtime;
  const watchers: Device['watchers'] = new Set();
  const acceptance = createAcceptance(reader);
  let shown: string | null = null;
  let isClosed = false;
  /** Changes reach people one after the other, in the order of their commits. */
  const queue = createTaskQueue(report);
  const inOrder = (task: () => Promise<void>): Promise<void> => queue.add(task).catch(() => {});
  const attachments = createLoader(async () => (await loadAttachments()).createAttachments({ ...runtime, watchers }));

  async function showAccount(): Promise<void> {
    const row = await reader.get(ROWS.account);
    const state = stateOf(row);
    const key = state.status === 'signed-in' || state.status === 'revoked' ? state.deviceId : null;
    if (key !== shown) {
      shown = key;
      await views.show(row && key ? { reader, self: { userId: row.userId, deviceId: row.device.deviceId } } : null);
    }
    if (state.status !== 'signed-in') runtime.tokens.forget();
    if (!isSame(state, account.get())) account.set(state);
    if (!isClosed) await tabs?.follow(state.status === 'signed-in');
  }

  async function show(change: Committed): Promise<void> {
    if (change.keys.includes(ROWS.account)) await showAccount();
    views.committed(change);
    for (const watch of watchers) watch(change);
    await acceptance.committed(change);
    await views.settled();
    await emitMessages(change);
    for (const key of change.keys) if (key.startsWith(PEER)) await emitIdentity(key);
  }

  async function emitMessages({ keys, announcements }: Committed): Promise<void> {
    const arrived = new Set<string>();
    for (const announced of announcements) {
      if (announced.type === 'arrived') arrived.add(ROWS.message(announced.conversationId, announced.seq));
    }
    for (const key of keys) {
      if (!MESSAGE.test(key)) continue;
      const message = await views.message(key);
      if (message !== null) emitter.emit(arrived.has(key) ? 'message' : 'message-changed', message);
    }
  }

  const known = new Map<string, string>();
  async function emitIdentity(key: string): Promise<void> {
    const userId = key.slice(PEER.length) as AccountRow['userId'];
    const changedKey = (await reader.get(ROWS.peer(userId)))?.changedKey;
    const changed = changedKey ? toBase64(changedKey) : '';
    if (changed !== '' && known.get(key) !== changed) emitter.emit('identity-changed', { userId });
    known.set(key, changed);
  }

  tabs = createTabs({
    store,
    live,
    report,
    startLeader: () => startLeader({ ...runtime, attachments, channels, strangers, connect: transport.connect }),
    handleCommitted: (change) => void inOrder(() => show(change)),
    handleWiped: () => void inOrder(showAccount),
  });
  const found = await reader.get(ROWS.account);
  if (found?.status === 'registering' || found?.status === 'joining') {
    const resuming = loadInterrupted().then(({ resumeInterrupted }) => resumeInterrupted(runtime));
    await resuming.catch((error: unknown) => {
      // Without the server the question stays open until the next start, or until an account is asked for.
      if (isSealError(error, 'STORAGE_FAILED')) throw error;
    });
  }
  // What the server said last time may be proved by now.
  if (found?.status === 'revoked') void confirmRemovalOf(runtime).catch(report);
  await inOrder(showAccount);

  return {
    ...runtime,
    tabs,
    watchers,
    acceptance,
    attachments,
    settled: () => inOrder(async () => {}),
    async wipe() {
      await tabs.follow(false);
      await store.locks.run('device', () => store.wipe());
      tabs.wiped();
      await inOrder(showAccount);
    },
    async close() {
      isClosed = true;
      await tabs.close();
      await queue.idle();
      acceptance.close();
      await store.close();
    },
  };
}

/** Forgets the keys of a device whose removal the signed list proves. */
async function confirmRemovalOf(runtime: Runtime): Promise<void> {
  const { confirmRemoval } = await loadConversation();
  await confirmRemoval(runtime, { isStart: true });
}

const PEER = 'peer/';
const MESSAGE = /^(message|outbox)\//;

function stateOf(row: AccountRow | null): AccountState {
  if (row === null || row.status === 'registering' || row.status === 'joining') {
    return { status: 'signed-out', resumable: null };
  }
  const { status, tenantId, userId, username, recoveryCode, unlockFor, newDevices } = row;
  const { deviceId } = row.device;
  switch (status) {
    case 'signed-out':
      return { status, resumable: { userId, username } };
    case 'revoked':
      return { status, userId, deviceId, username };
    case 'active':
      return { status: 'signed-in', tenantId, userId, deviceId, username, recoveryCode, unlockFor, newDevices };
  }
}

/** The state of a client whose device could not be opened. */
export function failedState(error: unknown): AccountState {
  const known = toSealError(error);
  const cause = known.code === 'INTERNAL' ? new SealError('STORAGE_FAILED', undefined, { cause: error }) : known;
  return { status: 'storage-failed', error: cause };
}
