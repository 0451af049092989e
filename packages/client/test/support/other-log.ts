import type { Json } from './hostile.ts';
import type { Lies } from './lying-server.ts';

/** Another log for one reader: what it says of a number; null for nothing at all. */
export type Places = (seq: number) => number | null;

function moved<T extends Json>(value: T, place: Places): T[] {
  const seq = place(value['seq'] as number);
  return seq === null ? [] : [{ ...value, seq }];
}

const bySeq = (list: readonly Json[]): Json[] => list.toSorted((a, b) => Number(a['seq']) - Number(b['seq']));

/**
 * Everything that has a place in the conversation is told as `place` has it, `change`d.
 *
 * @param highest the last number that is told of, for the last that there is
 * @param after the number after which the log is read, for the one after which it was asked for
 */
export function lieAbout(
  place: Places,
  highest: (seq: number) => number,
  {
    change = (one: Json): Json => one,
    after = (seq: number): number => Math.max(0, seq - 1),
  }: { readonly change?: (message: Json) => Json; readonly after?: (seq: number) => number } = {},
): Lies {
  const summary = (value: Json): Json => ({ ...value, lastSeq: highest(Number(value['lastSeq'])) });
  const entries = (list: unknown): Json[] => bySeq((list as Json[]).flatMap((one) => moved(change(one), place)));
  return {
    events: {
      message: (event) => moved(change(event), place),
      'channel-entry': (event) => moved(change(event['entry'] as Json), place).map((entry) => ({ ...event, entry })),
      'channel-head': (event) => [summary(event)],
      conversation: (event) => [{ ...event, conversation: summary(event['conversation'] as Json) }],
    },
    answers: {
      'conversations.get': summary,
      'conversations.list': (list) => (list as unknown as Json[]).map(summary) as unknown as Json,
      'channels.heads': (list) => (list as unknown as Json[]).map(summary) as unknown as Json,
      'messages.send': (answer) => moved(answer, place)[0]!,
      'channels.send': (answer) => moved(answer, place)[0]!,
      'messages.history': (answer) => ({ ...answer, messages: entries(answer['messages']).toReversed() }),
      'channels.log': (answer) => ({ ...summary(answer), entries: entries(answer['entries']) }),
    },
    inputs: {
      'channels.log': (input) => ({ ...input, after: after(Number(input['after'])) }),
    },
  };
}
