import { newId, type ConversationId, type DeviceId, type MessageId, type UserId } from '@seal-chat/protocol';
import type { StoredMessage } from '@seal-chat/protocol/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadChannels } from '../channels/load.ts';
import type { Deps } from '../context/deps.ts';
import { loadKeyPackages } from '../key-packages/load.ts';
import { maintainPreKeys } from '../prekeys/maintain.ts';
import { receiveMessage } from '../receive/receive-message.ts';
import { CHANNEL_ROWS, NEW_CHANNEL } from '../store/channel-rows.ts';
import type { DeviceStore } from '../store/device-store.ts';
import { rowReader, transact } from '../store/device-tx.ts';
import { memoryStore } from '../store/memory-store.ts';
import { ROLLBACK_STEP, ROWS, type ConversationRow, type MessageRow } from '../store/rows.ts';
import { claim } from './checkpoint.ts';
import { recoverFromRollback } from './rollback.ts';

vi.mock(import('../channels/load.ts'));
vi.mock(import('../key-packages/load.ts'));
vi.mock(import('../prekeys/maintain.ts'));
vi.mock(import('../receive/receive-message.ts'));
vi.mock(import('./checkpoint.ts'));

const random = <T>(): T => newId(crypto.getRandomValues(new Uint8Array(16))) as T;
const chat = random<ConversationId>();
const [peer, device] = [random<UserId>(), random<DeviceId>()];
const messageRow = {} as MessageRow;
const FULL_PAGE = 100;

let store: DeviceStore;
/** What the recovery did, in its order. */
let steps: string[];
/** The sequence numbers that were taken in from the history. */
let received: number[];
let deps: Deps;

beforeEach(async () => {
  store = await memoryStore()('s');
  [steps, received] = [[], []];
  deps = {
    reader: rowReader(store),
    transact: (task) => transact({ store, committed: () => {} }, task),
  } as Deps;
  vi.mocked(maintainPreKeys).mockImplementation(async (_, options) => {
    const isForgotten = (await store.list({ prefix: 'session/' })).length === 0;
    steps.push(`prekeys ${JSON.stringify(options)}, ${isForgotten ? 'without' : 'with'} sessions`);
  });
  vi.mocked(loadKeyPackages).mockResolvedValue({
    maintainKeyPackages: async (_, options) => void steps.push(`KeyPackages ${JSON.stringify(options)}`),
  });
  vi.mocked(loadChannels).mockResolvedValue({ renewChannels: async () => void steps.push('channels') } as never);
  vi.mocked(receiveMessage).mockImplementation(async (_, tx, { conversationId, seq }) => {
    received.push(seq);
    tx.put(ROWS.message(conversationId, seq), messageRow);
  });
  vi.mocked(claim).mockImplementation(async (_, step) => steps.push(`claim ${step}`) > 0);
});
afterEach(() => void vi.resetAllMocks());

/** A conversation of which this store knows `known`, on a server that has the messages 1 to `last`. */
async function conversation(row: Partial<ConversationRow>, known: readonly number[], last: number): Promise<void> {
  await deps.transact(async (tx) => {
    tx.put(ROWS.conversation(chat), { kind: 'dm', members: [], lastSeq: 0, firstSeq: 1, ...row } as ConversationRow);
    for (const seq of known) tx.put(ROWS.message(chat, seq), messageRow);
  });
  const query = async ({ before, limit }: { before: number | null; limit: number }) => {
    steps.push(`history before ${before}`);
    const newest = before === null ? last : before - 1;
    const length = Math.max(0, Math.min(limit, newest));
    return { messages: Array.from({ length }, (_, i) => stored(newest - i)) };
  };
  deps = { ...deps, api: { messages: { history: { query } } } as unknown as Deps['api'] };
}

const stored = (seq: number): StoredMessage & { readonly envelope: string | null } => ({
  conversationId: chat,
  seq,
  messageId: random<MessageId>(),
  senderUserId: peer,
  senderDeviceId: device,
  acceptedAt: 1,
  body: 'AA',
  envelope: 'AA',
});

const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const asked = () => steps.filter((step) => step.startsWith('history'));

describe('a store that was rolled back', () => {
  it('forgets its sessions first and reports to the server last', async () => {
    await conversation({}, [], 1);
    await deps.transact(async (tx) => {
      tx.put(ROWS.session(peer, device, 'begun-00'), new Uint8Array(1));
      tx.put(CHANNEL_ROWS.channel(random<ConversationId>()), NEW_CHANNEL);
    });
    await recoverFromRollback(deps);
    expect(steps).toEqual([
      'prekeys {"renewAll":true}, without sessions',
      'KeyPackages {"renewAll":true,"isPrepared":false}',
      'channels',
      'history before null',
      `claim ${ROLLBACK_STEP}`,
    ]);
  });

  it('of a person without channels loads no code for them', async () => {
    await conversation({}, [], 1);
    await recoverFromRollback(deps);
    expect(steps).toContain('KeyPackages {"renewAll":true,"isPrepared":false}');
    expect(loadChannels).not.toHaveBeenCalled();
  });

  it('reports until the server takes it, three times and no more', async () => {
    vi.mocked(claim).mockReset();
    vi.mocked(claim).mockResolvedValueOnce(false).mockResolvedValueOnce(true);
    await recoverFromRollback(deps);
    expect(claim).toHaveBeenCalledTimes(2);
    vi.mocked(claim).mockReset();
    vi.mocked(claim).mockResolvedValue(false);
    await recoverFromRollback(deps);
    expect(claim).toHaveBeenCalledTimes(3);
  });

  it('reads a history back, page by page, to the page that holds nothing new', async () => {
    await conversation({ seenSeq: 120 }, upTo(1, 120), 350);
    await recoverFromRollback(deps);
    expect(received).toEqual(upTo(121, 350).toReversed());
    expect(asked()).toEqual([null, 251, 151, 51].map((before) => `history before ${before}`));
  });

  it('goes on after a page with one new message, and asks no further after one with none', async () => {
    for (const [missing, pages] of [
      [[], [null]],
      [[150], [null]],
      [[250], [null, 201]],
      [
        [250, 150],
        [null, 201, 101],
      ],
    ] as const) {
      steps = [];
      const here = upTo(1, 300).filter((seq) => !missing.some((one) => one === seq));
      await conversation({ seenSeq: 0 }, here, 300);
      await recoverFromRollback(deps);
      expect(asked(), String(missing)).toEqual(pages.map((before) => `history before ${before}`));
      await store.wipe();
    }
  });

  it('ends at the beginning of a history, whether or not its last page is full', async () => {
    for (const [last, pages] of [
      [FULL_PAGE - 1, [null]],
      [FULL_PAGE, [null, 1]],
    ] as const) {
      steps = [];
      received = [];
      await conversation({ firstSeq: 0 }, [], last);
      await recoverFromRollback(deps);
      expect(received).toHaveLength(last);
      expect(asked()).toEqual(pages.map((before) => `history before ${before}`));
      await store.wipe();
    }
  });

  it('asks for a hundred pages of a history that does not end, and for no more', async () => {
    await conversation({ firstSeq: 0 }, [], 0);
    // Of each page one message is new, and the others are from before this device joined.
    const query = async ({ before }: { readonly before: number | null }) => {
      steps.push(`history before ${before}`);
      const newest = 1_000_000 - steps.length;
      return { messages: Array.from({ length: FULL_PAGE }, (_, i) => stored(i === 0 ? newest : 0)) };
    };
    deps = { ...deps, api: { messages: { history: { query } } } as unknown as Deps['api'] };
    await recoverFromRollback(deps);
    expect(asked()).toHaveLength(100);
  });

  it('takes in what is missing: nothing from before its time, nothing it has, nothing it has accounted for', async () => {
    await conversation({ firstSeq: 3, seenSeq: 6, gaps: [[5, 5]] }, [8], 10);
    await recoverFromRollback(deps);
    expect(received).toEqual([10, 9, 7, 5]);
  });

  it('takes nothing of a conversation of which nothing has reached it, or which is gone meanwhile', async () => {
    await conversation({ firstSeq: null }, [], 10);
    await recoverFromRollback(deps);
    expect(asked()).toEqual(['history before null']);
    await conversation({ seenSeq: 0 }, [], 10);
    const { query } = deps.api.messages.history;
    const whileGone: typeof query = async (input) => {
      await deps.transact(async (tx) => tx.delete(ROWS.conversation(chat)));
      return query(input);
    };
    deps = { ...deps, api: { messages: { history: { query: whileGone } } } as unknown as Deps['api'] };
    await recoverFromRollback(deps);
    expect(received).toEqual([]);
  });

  it('reads back the history of DMs and notes; a channel has its log', async () => {
    for (const kind of ['dm', 'self', 'channel'] as const) {
      steps = [];
      await conversation({ kind }, [], 1);
      await recoverFromRollback(deps);
      expect(asked(), kind).toHaveLength(kind === 'channel' ? 0 : 1);
    }
  });
});
