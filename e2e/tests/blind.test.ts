import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { dumpDatabase } from '../support/database.ts';
import { findText, type Haystack } from '../support/search.ts';
import { startServer } from '../support/server.ts';
import { test as base } from '../support/test.ts';
import { composer, expectTexts, find, send } from '../support/widget.ts';

/** The most talkative server there is: whatever it can say about a message is in its log. */
const test = base.override('server', { scope: 'file' }, async ({}, { onCleanup }) => {
  const server = await startServer({ LOG_LEVEL: 'trace' });
  onCleanup(() => server.dispose());
  return server;
});

/** Lower-case letters and one that is not ASCII: long enough never to be there by chance. */
function canary(what: string): string {
  const letters = Array.from(randomBytes(20), (byte) => String.fromCharCode(97 + (byte % 26))).join('');
  return `${what}ß${letters}`;
}

test('the server, its database, its logs or the network get to know what a message says', async ({
  person,
  server,
}) => {
  const name = canary('name').replace('ß', '').slice(0, 24);
  const [alice, bob] = await Promise.all([person(name), person('bob')]);
  const canaries = {
    'first message': canary('first'),
    answer: canary('answer'),
    'long message': canary('long'),
    'message sent without a network': canary('offline'),
    'text that was never sent': canary('draft'),
  };

  await find(alice.widget, 'bob');
  await send(alice.widget, `${canaries['first message']} and more`);
  await find(bob.widget, name);
  await expectTexts(bob.widget, [`${canaries['first message']} and more`]);
  await send(bob.widget, canaries.answer);
  await send(bob.widget, `${'x'.repeat(5_000)}${canaries['long message']}`);
  await alice.widget.locator('.message', { hasText: canaries['long message'] }).waitFor();
  alice.network.cut();
  await send(alice.widget, canaries['message sent without a network']);
  alice.network.restore();
  await bob.widget.locator('.message', { hasText: canaries['message sent without a network'] }).waitFor();
  await composer(alice.widget).pressSequentially(canaries['text that was never sent']);
  await bob.widget.getByRole('img', { name: `${name} is typing` }).waitFor();

  const haystacks: readonly Haystack[] = [
    ...(await dumpDatabase(server)),
    { name: 'log of the server', bytes: Buffer.from(server.log()) },
    ...(await alice.traffic.haystacks()),
    ...(await bob.traffic.haystacks()),
  ];
  expect(server.log().length).toBeGreaterThan(1_000);

  // The search sees what is there: the user name, which the server knows, is found in each kind of place.
  const places = new Set(findText(name, haystacks).map(({ haystack }) => haystack.replace(/ of .*|^file .*\//u, '')));
  expect([...places]).toEqual(
    expect.arrayContaining(['table public.users', 'requests', 'responses', 'frames sent', 'frames received']),
  );
  expect([...places].some((place) => /^\d+$/u.test(place))).toBe(true);

  for (const [what, text] of Object.entries(canaries)) expect(findText(text, haystacks), what).toEqual([]);
});
