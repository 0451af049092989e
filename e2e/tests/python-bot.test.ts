import { stat } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { patient } from '../../scripts/lib/patience.mjs';
import { openBot, runBotTests, type Bot } from '../support/bot.ts';
import { test as base } from '../support/test.ts';
import { composer, expectStatus, expectTexts, find, row, send, texts } from '../support/widget.ts';

/** A bot that shares no code with the widget: what passes here, the documents are enough for. */
const test = base.extend('openBot', ({ server, site }, { onCleanup }) => {
  const bots: Bot[] = [];
  onCleanup(async () => {
    await Promise.all(bots.map((bot) => bot.dispose()));
  });
  return async (name: string) => {
    const bot = await openBot(server, site, name);
    bots.push(bot);
    return bot;
  };
});

/** What the bot says when something does not fit. */
const COMPLAINTS = /could not be opened|FORKED|missing|holds back|old device list|old copy|sent again/u;

/** What the widget says when something does not fit. */
const NOTICES = /The server|is missing here|outdated list|can’t be opened/u;

/** Neither side has found anything wrong with the other, or with the server. */
async function expectNothingAmiss(widget: Locator, bot: Bot): Promise<void> {
  expect(bot.log()).not.toMatch(COMPLAINTS);
  expect(await widget.getByRole('log').innerText()).not.toMatch(NOTICES);
}

/** Highest epoch of the post-quantum ratchet that the bot sends in. */
async function epochOf(bot: Bot): Promise<number> {
  const { devices } = (await bot.state()) as { devices: Record<string, { sessions: { pq: { epoch: number } }[] }> };
  return Math.max(...Object.values(devices).flatMap(({ sessions }) => sessions.map(({ pq }) => pq.epoch)));
}

test('the bot takes the frozen vectors, and refuses what was changed in them', async () => {
  expect(await runBotTests()).toMatch(/^Ran \d+ tests in .*\n\nOK$/mu);
});

test('a person and a bot in Python talk: both read, also what came while the bot was down', async ({
  person,
  openBot: open,
}) => {
  const [alice, echo] = await Promise.all([person('alice'), open('echo')]);
  await echo.start();
  expect((await stat(echo.stateFile)).mode & 0o777).toBe(0o600);

  await find(alice.widget, 'echo');
  await send(alice.widget, 'Grüße 👋');
  await expectTexts(alice.widget, ['Grüße 👋', 'You said: Grüße 👋']);
  await expectStatus(alice.widget, 'Grüße 👋', 'read');

  await echo.kill();
  await send(alice.widget, 'are you there?');
  await expectStatus(alice.widget, 'are you there?', 'sent');
  await echo.start();
  const soFar = ['Grüße 👋', 'You said: Grüße 👋', 'are you there?', 'You said: are you there?'];
  await expectTexts(alice.widget, soFar);
  await expectStatus(alice.widget, 'are you there?', 'read');
  await expectNothingAmiss(alice.widget, echo);
});

test(
  'in a longer talk both come to new epochs of the post-quantum ratchet, over a restart of the bot',
  { timeout: patient(180_000) },
  async ({ person, openBot: open }) => {
    const [bob, echo] = await Promise.all([person('bob'), open('echo2')]);
    await echo.start();
    await find(bob.widget, 'echo2');
    const talk = async (text: string): Promise<void> => {
      await send(bob.widget, text);
      // The widget keeps only the newest on the page.
      await expect.poll(async () => (await texts(bob.widget)).slice(-2)).toEqual([text, `You said: ${text}`]);
    };
    // A text, its answer and two read positions are four messages; an epoch is over after 50.
    for (let i = 0; (await epochOf(echo)) < 1; i += 1) await talk(`first ${i}`);
    await echo.kill();
    await echo.start();
    for (let i = 0; (await epochOf(echo)) < 2; i += 1) await talk(`second ${i}`);
    await expectNothingAmiss(bob.widget, echo);
  },
);

test('the first message of a bot is a request, and a chat once it is accepted', async ({
  person,
  openBot: open,
  site,
}) => {
  const [carol, greeter] = await Promise.all([person('carol', { url: site.strangersUrl }), open('greeter')]);
  await greeter.start(['--greet', 'carol']);
  await carol.widget.getByRole('button', { name: '1 request', exact: true }).click();
  await row(carol.widget, 'greeter').click();
  const greeting = 'Hello, I am greeter. I answer with what you say.';
  await expectTexts(carol.widget, [greeting]);
  await carol.widget.getByRole('button', { name: 'Accept', exact: true }).click();
  await composer(carol.widget, 'greeter').waitFor();
  await send(carol.widget, 'hello greeter');
  await expectTexts(carol.widget, [greeting, 'hello greeter', 'You said: hello greeter']);
  await expectNothingAmiss(carol.widget, greeter);
});

test('a bot that lost its state joins its account again with the recovery code, and goes on in the same chat', async ({
  person,
  openBot: open,
}) => {
  const [dora, echo] = await Promise.all([person('dora'), open('phoenix')]);
  await echo.start();
  await find(dora.widget, 'phoenix');
  await send(dora.widget, 'before');
  await expectTexts(dora.widget, ['before', 'You said: before']);
  await echo.kill();

  const code = /^recovery code, shown once: (\S+)$/mu.exec(echo.log())?.[1];
  const recovered = await open('phoenix');
  await recovered.start(['--recover'], { SEAL_RECOVERY_CODE: code });
  await send(dora.widget, 'after');
  await expectTexts(dora.widget, ['before', 'You said: before', 'after', 'You said: after']);
  await expectNothingAmiss(dora.widget, recovered);
});
