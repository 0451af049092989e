import { performance } from 'node:perf_hooks';

/** One message, from the moment it was to be sent. Times in ms of `performance.now()`. */
export interface Entry {
  readonly messageId: string;
  readonly beganAt: number;
  ackedAt: number | null;
  /** When the last device that was due had it. */
  heardAt: number | null;
  seq: number | null;
  /** Devices that have not heard of it. */
  readonly due: Set<string>;
}

/** Every message that was to be sent: acknowledged = received once. */
export class Ledger {
  readonly entries = new Map<string, Entry>();
  /** Messages that a device was given twice by its mailbox. */
  repeated = 0;
  /** Messages whose number differs from the acknowledged one. */
  misnumbered = 0;

  begin(messageId: string, due: Iterable<string>): void {
    this.entries.set(messageId, {
      messageId,
      beganAt: performance.now(),
      ackedAt: null,
      heardAt: null,
      seq: null,
      due: new Set(due),
    });
  }

  acknowledge(messageId: string, seq: number): void {
    const entry = this.entries.get(messageId)!;
    entry.ackedAt = performance.now();
    if (entry.seq !== null && entry.seq !== seq) this.misnumbered++;
    entry.seq = seq;
  }

  /** `mayRepeat`: the device asked for it again. */
  hear(deviceId: string, messageId: string, seq: number, mayRepeat: boolean): void {
    const entry = this.entries.get(messageId);
    if (entry === undefined) return;
    if (entry.seq !== null && entry.seq !== seq) this.misnumbered++;
    entry.seq = seq;
    if (!entry.due.delete(deviceId)) {
      if (!mayRepeat) this.repeated++;
      return;
    }
    if (entry.due.size === 0) entry.heardAt = performance.now();
  }

  /** Messages that were to be sent in a time, and are not acknowledged and heard of by everybody. */
  open(from: number, to: number): readonly Entry[] {
    return this.#of(from, to).filter(({ ackedAt, heardAt }) => ackedAt === null || heardAt === null);
  }

  /** The longest waits of messages that were to be sent in a time, ms. */
  worst(from: number, to: number): { readonly ack: number; readonly heard: number; readonly count: number } {
    const entries = this.#of(from, to);
    const longest = (at: (entry: Entry) => number | null): number =>
      entries.reduce((most, entry) => Math.max(most, (at(entry) ?? Infinity) - entry.beganAt), 0);
    return { ack: longest((one) => one.ackedAt), heard: longest((one) => one.heardAt), count: entries.length };
  }

  #of(from: number, to: number): readonly Entry[] {
    return [...this.entries.values()].filter(({ beganAt }) => beganAt >= from && beganAt <= to);
  }
}
