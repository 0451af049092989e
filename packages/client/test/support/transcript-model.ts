import { sealBody } from '@seal-chat/crypto';
import { toBase64, type DeviceId, type TenantId, type UserId } from '@seal-chat/protocol';
import { placeAccepted } from '../../src/channels/send.ts';
import { createClock } from '../../src/context/clock.ts';
import type { Deps } from '../../src/context/deps.ts';
import { createJudge } from '../../src/context/refusals.ts';
import { withMissing } from '../../src/conversations/sequence.ts';
import { enqueue } from '../../src/outbox/queue.ts';
import { storeSent } from '../../src/send/send-message.ts';
import { CHANNEL_ROWS, NEW_CHANNEL } from '../../src/store/channel-rows.ts';
import type { DeviceStore, StoredRow } from '../../src/store/device-store.ts';
import { rowReader, transact, type DeviceTx, type FoundRow } from '../../src/store/device-tx.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { queuedIn } from '../../src/store/queued-rows.ts';
import { ROWS, placeOf, type AccountRow, type ConversationRow, type OutboxRow } from '../../src/store/rows.ts';
import { TRANSCRIPT_ROWS } from '../../src/store/transcript-rows.ts';
import { nextCount } from '../../src/transcript/own-counter.ts';
import { CONVERSATION, idOf, type ModelServer, type Placed, type Random } from './model-server.ts';
import { takeDirect, takeFromLog, type How } from './model-taking.ts';

/** What one tab of a device works with: the tabs share the store, and nothing else. */
export type Tab = Deps;

/** A message that waits, as a tab has read it. */
export type Queued = FoundRow<OutboxRow>;

/** All that a device has on disk. */
type Disk = readonly StoredRow[];

/** ms: the time stands still. */
const NOW = 1_000;

type Kind = 'dm' | 'channel';

/**
 * A device of one conversation, without network, envelopes and groups. All else is the SDK's own: the store and its
 * transactions, the queue, bodies and what they do, the running hash, shared history. Two tabs have the store open, and
 * no lock keeps one from the rows while the other is at work: the revision alone decides.
 */
export class ModelDevice {
  readonly deviceId: DeviceId;
  readonly userId: UserId;
  readonly name: string;
  readonly reports: unknown[] = [];
  /** How often one tab had to begin again because the other was quicker. */
  conflicts = 0;
  tabs!: readonly [Tab, Tab];
  #medium = memoryStore();
  #checkpoint = 0;
  readonly #server: ModelServer;
  readonly #random: Random;

  private constructor(name: string, person: string, server: ModelServer, random: Random) {
    this.name = name;
    this.userId = idOf(person);
    this.deviceId = idOf(`device ${name}`);
    this.#server = server;
    this.#random = random;
  }

  /** @param start the first place that is for this device */
  static async make(
    { server, random }: { readonly server: ModelServer; readonly random: Random },
    kind: Kind,
    who: { readonly name: string; readonly person: string; readonly start: number },
  ): Promise<ModelDevice> {
    const { name, person, start } = who;
    const device = new ModelDevice(name, person, server, random);
    await device.#open();
    const { userId, deviceId } = device;
    const account = { status: 'active', tenantId: idOf<TenantId>('tenant'), userId, device: { deviceId } };
    await device.tabs[0].transact(async (tx) => {
      tx.put(ROWS.account, account as AccountRow);
      tx.put(ROWS.conversation(CONVERSATION), conversationOf(kind, start));
      if (kind === 'dm') tx.put(ROWS.mailboxPosition, start - 1);
      else tx.put(CHANNEL_ROWS.channel(CONVERSATION), { ...NEW_CHANNEL, status: 'joined', processedSeq: start - 1 });
    });
    return device;
  }

  async #open(): Promise<void> {
    this.tabs = [await this.#tab(), await this.#tab()];
  }

  async #tab(): Promise<Tab> {
    const shared = await this.#medium('model');
    const never = new AbortController().signal;
    // How long a read or a write takes decides which of two tabs is quicker.
    const some = async (): Promise<void> => {
      for (let n = this.#random(4); n > 0; n--) await Promise.resolve();
    };
    const store: DeviceStore = {
      ...shared,
      locks: { run: (_name, task) => task(never) },
      get: (keys) => some().then(() => shared.get(keys)),
      commit: async (changes) => {
        await some();
        if (changes.expectedRev !== (await shared.revision())) this.conflicts++;
        return shared.commit(changes);
      },
    };
    const report = (error: unknown): void => void this.reports.push(error);
    const { history } = this.#server;
    const deps: Partial<Deps> = {
      store,
      reader: rowReader(store),
      transact: (task) => transact({ store, committed: () => {} }, task),
      api: { messages: { history: { query: history } } } as unknown as Deps['api'],
      rng: (length) => Uint8Array.from({ length }, () => this.#random(256)),
      now: () => NOW,
      localNow: () => NOW,
      clock: createClock(() => NOW),
      kem: () => Promise.resolve({} as never),
      report,
      judge: createJudge(report),
    };
    return deps as Deps;
  }

  async conversation(): Promise<ConversationRow> {
    return (await this.tabs[0].reader.get(ROWS.conversation(CONVERSATION)))!;
  }

  /** What the person is told, or would be. */
  async alarms(): Promise<Pick<ConversationRow, 'notices' | 'missing'> & { readonly isForked: boolean }> {
    const { notices = [], missing = [] } = await this.conversation();
    const row = await this.tabs[0].reader.get(TRANSCRIPT_ROWS.transcript(CONVERSATION));
    return { notices, missing, isForked: row !== null && row.fork !== null };
  }

  /** How many messages it shows whose keys another member has handed over. */
  async sharedMessages(): Promise<number> {
    const messages = await this.tabs[0].reader.list(ROWS.messagesOf(CONVERSATION));
    return messages.filter(({ value }) => value.isShared).length;
  }

  /** The last place that was read. */
  async reached(): Promise<number> {
    const { reader } = this.tabs[0];
    const log = await reader.get(CHANNEL_ROWS.channel(CONVERSATION));
    return log?.processedSeq ?? (await reader.get(ROWS.mailboxPosition))!;
  }

  /** @param how see `How`; `tab` is the one that does it */
  async take(placed: Placed, { tab = this.tabs[0], ...how }: How & { readonly tab?: Tab } = {}): Promise<void> {
    const { deviceId } = this;
    await tab.transact(async (tx) => {
      const { kind } = (await tx.get(ROWS.conversation(CONVERSATION)))!;
      await (kind === 'dm' ? takeDirect : takeFromLog)({ deps: tab, tx, deviceId }, placed, how);
    });
  }

  /** The server was asked for what is not here, and has nothing. */
  async deny(from: number, to: number): Promise<void> {
    const key = ROWS.conversation(CONVERSATION);
    await this.tabs[0].transact(async (tx) => tx.put(key, withMissing((await tx.get(key))!, [[from, to]])));
  }

  async queue(tab: Tab = this.tabs[0]): Promise<void> {
    await tab.transact((tx) => enqueue(tab, tx, CONVERSATION, { kind: 'text', text: 'said' }));
  }

  /** Seals the next message, unless that was done. */
  seal(tab: Tab = this.tabs[0]): Promise<Queued | null> {
    return tab.transact(async (tx) => {
      for await (const { key, value } of queuedIn(tx, CONVERSATION)) {
        if (value.failure !== null) continue;
        const row = value.wire === null ? await sealed(tab, tx, value) : value;
        if (row !== value) tx.put(key, row);
        tx.put(ROWS.underWay(CONVERSATION), placeOf(key).seq);
        return { key, value: row };
      }
      return null;
    });
  }

  /** What was sent was accepted. @returns false when the log of the channel has to be read first */
  accepted({ key, value: row }: Queued, { entry }: Placed, tab: Tab = this.tabs[0]): Promise<boolean> {
    const answer = { seq: entry.seq, acceptedAt: 0, bodyHash: toBase64(entry.hash) };
    return tab.transact(async (tx) => {
      const { kind } = (await tx.get(ROWS.conversation(CONVERSATION)))!;
      if (kind === 'channel') return placeAccepted(tab, tx, CONVERSATION, { row, answer });
      await storeSent(tab, tx, { key, messageId: row.messageId }, answer);
      return true;
    });
  }

  /** In a channel: it goes on behind this place. */
  async skipTo(processedSeq: number): Promise<void> {
    const key = CHANNEL_ROWS.channel(CONVERSATION);
    await this.tabs[0].transact(async (tx) => tx.put(key, { ...(await tx.get(key))!, processedSeq }));
  }

  save(): Promise<Disk> {
    return this.tabs[0].store.list({ prefix: '' });
  }

  /** The store is an old copy; the server has seen a later one, and the device learns that before it sends. */
  async restore(disk: Disk): Promise<void> {
    this.#medium = memoryStore();
    await this.#open();
    const { store, transact: commit } = this.tabs[0];
    await store.commit({ expectedRev: 0, puts: new Map(disk.map(({ key, value }) => [key, value])), deletes: [] });
    this.#checkpoint += 1_000_000_000;
    await commit(async (tx) => tx.put(ROWS.checkpoint, this.#checkpoint));
  }
}

function conversationOf(kind: Kind, start: number): ConversationRow {
  const people = kind === 'dm' ? ['alice', 'bob'] : ['alice', 'bob', 'carol'];
  return {
    kind,
    members: people.map((name) => ({ userId: idOf<UserId>(name), username: name, deliveredSeq: 0, readSeq: 0 })),
    createdAt: 0,
    lastSeq: 0,
    firstSeq: null,
    lastShownSeq: null,
    lastActivityAt: 0,
    readSeq: 0,
    announcedReadSeq: 0,
    unreadCount: 0,
    ...(start === 1 && { seenSeq: 0, seenFrom: 1 }),
    ...(kind === 'channel' && {
      channel: {
        visibility: 'public',
        state: 'joined',
        sharesHistory: true,
        name: 'C',
        description: '',
        profileSeq: 0,
      },
    }),
  };
}

async function sealed({ rng }: Tab, tx: DeviceTx, row: OutboxRow): Promise<OutboxRow> {
  const { messageId, sentAt, content } = row;
  const count = await nextCount(tx, CONVERSATION);
  const { sealed: body, keyMessage } = sealBody(
    { messageId, conversationId: CONVERSATION, sentAt, content, ...count },
    rng,
  );
  return { ...row, wire: { body, counter: count.counter, ...keyMessage, deviceLists: [], envelopes: [] } };
}
