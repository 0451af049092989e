import { isSealError } from '@seal-chat/protocol';
import { fetchSharedHistory, shareHistory } from '../../src/channels/shared-history.ts';
import { deleteChat } from '../../src/commands/chat-marks.ts';
import { deleteForMe } from '../../src/commands/conversation-settings.ts';
import { retryMessage, discardMessage } from '../../src/commands/queued.ts';
import { fillGaps } from '../../src/sync/fill-gaps.ts';
import { ROWS, placeOf, type OutboxRow } from '../../src/store/rows.ts';
import { queuedIn } from '../../src/store/queued-rows.ts';
import { CONVERSATION, ModelServer, type Placed, type Random } from './model-server.ts';
import { ModelDevice, type Queued, type Tab } from './transcript-model.ts';

/** An answer of the server that a tab has not got yet. */
interface Answer {
  readonly device: ModelDevice;
  readonly tab: Tab;
  readonly queued: Queued;
  readonly placed: Placed;
}

/** More than a play ever queues. */
const MOST_QUEUED = 200;

type Doing = (device: ModelDevice, tab: Tab) => Promise<unknown>;

/** A conversation of honest people on an honest server, with all that happens to stores, tabs, networks and queues. */
export class Play {
  readonly server = new ModelServer();
  readonly devices: ModelDevice[] = [];
  readonly kind: 'dm' | 'channel';
  readonly random: Random;
  readonly #saved = new Map<ModelDevice, Awaited<ReturnType<ModelDevice['save']>>>();
  /** Places that a device was given and could not open. */
  readonly #shut = new Map<ModelDevice, Set<number>>();
  /** Places of messages that the person of a device has deleted there. */
  readonly #erased = new Map<ModelDevice, Set<number>>();
  #answers: Answer[] = [];
  /** Messages that were deleted on one device, and answers that came late. */
  readonly counts = { deleted: 0, late: 0 };

  private constructor(kind: 'dm' | 'channel', random: Random) {
    this.kind = kind;
    this.random = random;
  }

  static async begin(kind: 'dm' | 'channel', random: Random): Promise<Play> {
    const play = new Play(kind, random);
    for (const person of ['alice', 'bob']) await play.join(person);
    return play;
  }

  /** A device of `person` comes in; in a channel a Commit of `by` says so. */
  async join(person: string, by?: ModelDevice): Promise<void> {
    const name = `${person} ${this.devices.length}`;
    const start = this.server.log.length + (by === undefined ? 1 : 2);
    const device = await ModelDevice.make(this, this.kind, { name, person, start });
    if (by !== undefined) this.server.commit(by, 'commit', [device.deviceId]);
    this.devices.push(device);
    this.#shut.set(device, new Set());
    this.#erased.set(device, new Set());
  }

  pick<T>(values: readonly T[]): T | undefined {
    return values[this.random(Math.max(1, values.length))];
  }

  async step(): Promise<void> {
    const { random, server } = this;
    const device = this.pick(this.devices)!;
    const tab = this.pick(device.tabs)!;
    const roll = random(100);
    if (roll < 62) await this.#doing()(device, tab);
    else if (roll < 74) await this.#together(device);
    else if (roll < 77) await this.#answerArrives();
    else if (roll < 81) this.#saved.set(device, await device.save());
    else if (roll < 84) await this.rollback(device);
    else if (roll < 87) this.empty();
    else if (roll < 91 && this.devices.length < 5) await this.#joinAny(device);
    else if (this.kind === 'channel' && roll < 94) server.commit(device, random(4) === 0 ? 'reset' : 'commit');
    else if (this.kind === 'channel' && roll < 96) await this.leaveAndReturn(device);
    else await this.#change(device, tab);
  }

  /** What a tab does, and both may do at once. */
  #doing(): Doing {
    const { random } = this;
    const roll = random(72);
    if (roll < 18) return (device, tab) => device.queue(tab);
    if (roll < 26) return (device, tab) => device.seal(tab);
    if (roll < 42) return (device, tab) => this.transmit(device, { tab, isAnswered: random(5) > 0 });
    if (roll < 58) return (device, tab) => this.read(device, 1 + random(4), tab);
    if (roll < 62) return (device, tab) => this.readAhead(device, tab);
    if (roll < 66) return (device, tab) => this.open(device, tab);
    if (roll < 69) return (device, tab) => this.deleteForMe(device, tab);
    return (_device, tab) => (this.kind === 'dm' ? fillGaps(tab, { again: true }) : this.share(tab));
  }

  /** Two tabs at once: what the slower one has written counts for nothing, and is done again. */
  async #together(device: ModelDevice): Promise<void> {
    const [one, two] = [this.#doing(), this.#doing()];
    await Promise.all([one(device, device.tabs[0]), two(device, device.tabs[1])]);
  }

  async #joinAny(by: ModelDevice): Promise<void> {
    const people = this.kind === 'dm' ? ['alice', 'bob'] : ['alice', 'bob', 'carol'];
    await this.join(this.pick(people)!, this.kind === 'dm' ? undefined : by);
  }

  /** What becomes of messages that were refused; a chat is deleted. */
  async #change(device: ModelDevice, tab: Tab): Promise<void> {
    const roll = this.random(10);
    if (roll < 4) return this.fail(device, tab);
    const failed = await failedIn(tab);
    if (roll < 7 && failed !== undefined) return retryMessage(tab, CONVERSATION, failed.messageId);
    if (roll < 9 && failed !== undefined) return discardMessage(tab as never, CONVERSATION, failed.messageId);
    if (roll === 9 && this.kind === 'dm') await deleteChat(tab, CONVERSATION);
  }

  /**
   * Sends what is next. The answer may get lost, or come when another tab, which has taken the lead, has sent the same
   * and more.
   */
  async transmit(
    device: ModelDevice,
    { tab = device.tabs[0], isAnswered = true }: { readonly tab?: Tab; readonly isAnswered?: boolean } = {},
  ): Promise<void> {
    const queued = await device.seal(tab);
    if (queued === null) return;
    const placed = this.server.accept(device, queued.value);
    if (!isAnswered) return void this.#answers.push({ device, tab, queued, placed });
    await this.#accepted({ device, tab, queued, placed });
  }

  async #answerArrives(): Promise<void> {
    const answer = this.pick(this.#answers);
    if (answer === undefined) return;
    this.#answers = this.#answers.filter((one) => one !== answer);
    this.counts.late++;
    await this.#accepted(answer);
  }

  /** In a channel a message has its place when the log was read up to there. */
  async #accepted({ device, tab, queued, placed }: Answer): Promise<void> {
    if (await device.accepted(queued, placed, tab)) return;
    await this.read(device, placed.entry.seq - (await device.reached()), tab);
  }

  /** Takes the next entries; some cannot be opened now, and some by then have been emptied. */
  async read(device: ModelDevice, count: number, tab = device.tabs[0]): Promise<void> {
    const from = (await device.reached()) + 1;
    for (let seq = from; seq < from + count && seq <= this.server.log.length; seq++)
      await this.take(device, seq, { tab });
  }

  async take(device: ModelDevice, seq: number, how: { readonly tab?: Tab; readonly isHistory?: boolean } = {}) {
    const placed = this.server.log[seq - 1]!;
    const isShut = this.random(12) === 0;
    if (isShut) this.#shut.get(device)!.add(seq);
    const { tab = device.tabs[0], isHistory = false } = how;
    const isAfterSkipped = this.random(8) === 0;
    await device.take(isShut ? { ...placed, said: null } : placed, { tab, isHistory, isAfterSkipped });
  }

  /** In a direct message something comes before what it follows, as when a page of history is fetched. */
  async readAhead(device: ModelDevice, tab: Tab): Promise<void> {
    const ahead = (await device.reached()) + 2 + this.random(2);
    if (this.kind === 'dm' && ahead <= this.server.log.length) await this.take(device, ahead, { tab, isHistory: true });
  }

  /** A key comes late. */
  async open(device: ModelDevice, tab: Tab): Promise<void> {
    const shut = this.#shut.get(device)!;
    const seq = this.pick([...shut]);
    if (seq === undefined || seq > (await device.reached())) return;
    shut.delete(seq);
    await device.take(this.server.log[seq - 1]!, { tab, isHistory: true });
  }

  async deleteForMe(device: ModelDevice, tab: Tab): Promise<void> {
    const found = this.pick(await tab.reader.list(ROWS.messagesOf(CONVERSATION)));
    if (found === undefined) return;
    this.counts.deleted++;
    const { seq } = placeOf(found.key);
    await deleteForMe(tab, CONVERSATION, seq).catch((error: unknown) => {
      // The other tab was quicker.
      if (!isSealError(error, 'NOT_FOUND')) throw error;
    });
    this.#erased.get(device)!.add(seq);
  }

  /** Newcomers are handed the keys of what was said before, and fetch it. */
  async share(tab: Tab): Promise<void> {
    await (this.random(2) === 0 ? shareHistory(tab, CONVERSATION) : fetchSharedHistory(tab));
  }

  /** The message that is next is refused, or seems to be: the server may have it. */
  async fail(device: ModelDevice, tab: Tab): Promise<void> {
    const isStored = this.random(3) === 0;
    await tab.transact(async (tx) => {
      for await (const { key, value } of queuedIn(tx, CONVERSATION)) {
        if (value.failure !== null) continue;
        if (value.wire === null) return;
        if (isStored) this.server.accept(device, value);
        return tx.put(key, { ...value, failure: 'TOO_LARGE' });
      }
    });
  }

  /** What the old copy has forgotten is fetched again, newest page first in a direct message. */
  async rollback(device: ModelDevice): Promise<void> {
    const saved = this.#saved.get(device);
    if (saved === undefined) return;
    this.#saved.delete(device);
    const reached = await device.reached();
    await device.restore(saved);
    // An old copy does not know what was deleted after it.
    this.#erased.get(device)!.clear();
    this.#answers = this.#answers.filter((answer) => answer.device !== device);
    if (this.kind === 'channel') return;
    const next = (await device.reached()) + 1;
    const lost = Array.from({ length: Math.max(0, reached + 1 - next) }, (_, i) => next + i);
    const cut = this.random(lost.length + 1);
    for (const seq of [...lost.slice(cut), ...lost.slice(0, cut)]) await this.take(device, seq, { isHistory: true });
    await device.tabs[0].transact(async (tx) => tx.put(ROWS.mailboxPosition, reached));
  }

  empty(): void {
    const placed = this.pick(this.server.log);
    if (placed?.said) placed.isEmptied = true;
  }

  /** Taken out of the group, and in again later: what was said meanwhile is not for this device. */
  async leaveAndReturn(device: ModelDevice): Promise<void> {
    if ((await device.seal()) === null) await device.skipTo(this.server.log.length);
  }

  /** Everything is sent and read, and the server was asked for all that is missing. */
  async settle(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      for (const device of this.devices) {
        const [tab] = device.tabs;
        await this.read(device, this.server.log.length);
        for (let sent = 0; (await device.seal()) !== null; sent++) {
          if (sent > MOST_QUEUED)
            throw new Error(`${device.name}: a message that the server has never leaves the queue`);
          await this.transmit(device);
        }
        if (this.kind === 'dm') await fillGaps(tab, { again: true });
        else await fetchSharedHistory(tab);
      }
    }
  }

  /** Messages that a device shows again after its person has deleted them there. */
  async returned(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const device of this.devices) {
      for (const seq of this.#erased.get(device)!)
        if ((await device.tabs[0].reader.get(ROWS.message(CONVERSATION, seq))) !== null)
          found.push(`${device.name}: ${seq}`);
    }
    return found;
  }

  /** What any device raises as an alarm. */
  async alarms(): Promise<readonly unknown[]> {
    const found = await Promise.all(
      this.devices.map(async (device) => ({
        name: device.name,
        reports: device.reports,
        ...(await device.alarms()),
      })),
    );
    return found.filter(
      ({ notices, missing, isForked, reports }) =>
        isForked || [notices, missing, reports].some((list) => list!.length > 0),
    );
  }
}

async function failedIn({ reader }: Tab): Promise<OutboxRow | undefined> {
  for await (const { value } of queuedIn(reader, CONVERSATION)) if (value.failure !== null) return value;
  return undefined;
}
