import { randomUUID } from 'node:crypto';
import {
  CHAT_FIELDS,
  SYNC_TOPICS,
  encodeRegisters,
  seqOf,
  seqRegister,
  switchValue,
  type MessageId,
  type RegisterEntry,
} from '@seal-chat/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeRegister } from '../src/conversations/registers.ts';
import { memoryStore } from '../src/index.ts';
import { rowReader, transact } from '../src/store/device-tx.ts';
import { ROWS } from '../src/store/rows.ts';
import { openScene } from './support/scene.ts';

const SUBJECTS = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'] as const;
type Subject = RegisterEntry['subject'];

/** Writes to few registers at few times, so that they meet. */
const write = fc
  .record({
    subject: fc.constantFrom(...SUBJECTS),
    field: fc.constantFrom(CHAT_FIELDS.muted, CHAT_FIELDS.blocked, CHAT_FIELDS.deleted),
    number: fc.nat(5),
    writtenAt: fc.nat(4),
    id: fc.nat(0xfff),
  })
  .map(({ subject, field, number, writtenAt, id }): RegisterEntry => ({
    subject: subject as Subject,
    field,
    value: field === CHAT_FIELDS.deleted ? seqRegister(number) : switchValue(number % 2 === 1),
    writtenAt,
    writeId: `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}` as MessageId,
  }));

async function stateAfter(writes: readonly RegisterEntry[]): Promise<unknown> {
  const store = await memoryStore()(randomUUID());
  for (const entry of writes)
    await transact({ store, committed: () => {} }, (tx) => mergeRegister(tx, SYNC_TOPICS.chats, entry));
  const rows = await rowReader(store).list(ROWS.registersAbout(SYNC_TOPICS.chats));
  return rows.map(({ value: { subject, field, value } }) => [subject, field, [...value]]);
}

describe('registers', () => {
  it('come to the same whatever the order, and however often each write arrives', async () => {
    const runs = fc
      .uniqueArray(write, { minLength: 1, maxLength: 8, selector: ({ writeId }) => writeId })
      .chain((writes) =>
        fc.tuple(
          fc.constant(writes),
          fc.shuffledSubarray([...writes, ...writes], { minLength: 2 * writes.length, maxLength: 2 * writes.length }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(runs, async ([writes, again]) => {
        expect(await stateAfter(again)).toEqual(await stateAfter(writes));
      }),
      { numRuns: 150 },
    );
  });

  it('a chat that was deleted up to a message stays so, whatever was written later with a lower number', async () => {
    const at = (number: number, writtenAt: number): RegisterEntry => ({
      subject: SUBJECTS[0] as Subject,
      field: CHAT_FIELDS.deleted,
      value: seqRegister(number),
      writtenAt,
      writeId: randomUUID() as MessageId,
    });
    const [[, , value]] = (await stateAfter([at(20, 1), at(10, 2)])) as [[string, number, number[]]];
    expect(seqOf(Uint8Array.from(value))).toBe(20);
  });

  it('what a peer says of registers in a DM changes nothing, nor does it in a channel', async () => {
    for (const kind of ['dm', 'channel'] as const) {
      const scene = await openScene(kind);
      const payload = encodeRegisters([
        {
          subject: scene.other,
          field: CHAT_FIELDS.blocked,
          value: switchValue(true),
          writtenAt: 1,
          writeId: randomUUID() as MessageId,
        },
      ]);
      for (const [i, from] of [scene.other, scene.self].entries())
        await scene.say(i + 1, from, { kind: 'sync', topic: SYNC_TOPICS.chats, payload });
      const found = await scene.commit((tx) => tx.list(ROWS.registersAbout(SYNC_TOPICS.chats)));
      expect(found).toEqual([]);
      expect((await scene.window()).messages).toEqual([]);
    }
  });
});
