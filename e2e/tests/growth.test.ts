import type { CDPSession, Page } from 'playwright-core';
import { expect } from 'vitest';
import { test } from '../support/test.ts';
import { find, openChat, send, shown, texts } from '../support/widget.ts';
import { patient } from '../../scripts/lib/patience.mjs';

/** Messages of each half: more than a conversation puts on the page, so that the page is full before the second. */
const MESSAGES = 70;

/** What scripts have made and not let go of. */
interface Held {
  /** Nodes of documents and those that only scripts hold. */
  readonly nodes: number;
  /** Event listeners on anything, nodes or not. */
  readonly listeners: number;
}

/** Counts what is left after a garbage collection. */
async function held(cdp: CDPSession): Promise<Held> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const value = (name: string): number => metrics.find((metric) => metric.name === name)!.value;
  return { nodes: value('Nodes'), listeners: value('JSEventListeners') };
}

/** What the page around the widget has in its head. */
function inHead(page: Page): Promise<number> {
  return page.evaluate(() => document.head.children.length);
}

test(
  'messages that come into an open conversation leave no nodes, listeners or elements of the head behind',
  { timeout: patient(120_000) },
  async ({ person }) => {
    const [reader, writer] = await Promise.all([person('reader'), person('writer')]);
    await find(writer.widget, 'reader');
    await send(writer.widget, 'first');
    await openChat(reader.widget, 'writer');
    const cdp = await reader.context.newCDPSession(reader.page);
    await cdp.send('Performance.enable');

    let sent = 0;
    const receive = async (): Promise<number> => {
      for (let i = 0; i < MESSAGES; i++) await send(writer.widget, `message ${++sent}`);
      await expect.poll(async () => (await texts(reader.widget)).at(-1)).toBe(`message ${sent}`);
      return (await shown(reader.widget)).length;
    };
    const rows = await receive();
    expect(rows).toBeLessThan(MESSAGES);
    const before = { ...(await held(cdp)), inHead: await inHead(reader.page) };
    expect(await receive()).toBe(rows);
    // What was let go of just now may take another collection; what is kept never goes. A message that leaves one node
    // or one listener behind is more than this.
    const more = async (name: keyof Held): Promise<number> => (await held(cdp))[name] - before[name];
    await expect.poll(() => more('nodes')).toBeLessThan(MESSAGES / 2);
    await expect.poll(() => more('listeners')).toBeLessThan(MESSAGES / 2);
    expect(await inHead(reader.page)).toBe(before.inHead);
  },
);
