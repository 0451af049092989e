import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { create } from '../support/channel.ts';
import { dumpDatabase } from '../support/database.ts';
import { act, attach, message } from '../support/messages.ts';
import { findText, type Haystack } from '../support/search.ts';
import { testWithServer } from '../support/test.ts';
import { composer, expectTexts, find, row, send } from '../support/widget.ts';

/** The most talkative server there is: whatever it can say about a message is in its log. */
const test = testWithServer({ LOG_LEVEL: 'trace' });

/** Lower-case letters and one that is not ASCII: long enough never to be there by chance. */
function canary(what: string): string {
  const letters = Array.from(randomBytes(20), (byte) => String.fromCharCode(97 + (byte % 26))).join('');
  return `${what}ß${letters}`;
}

test('neither the server, its database and its logs nor the network learn what a message says', async ({
  person,
  process: server,
}) => {
  const name = canary('name').replace('ß', '').slice(0, 24);
  const [alice, bob] = await Promise.all([person(name), person('bob')]);
  const canaries = {
    'first message': canary('first'),
    answer: canary('answer'),
    'long message': canary('long'),
    'message sent without a network': canary('offline'),
    'text that was never sent': canary('draft'),
    'name of a private channel': canary('channel'),
    'message in it': canary('inside'),
    'change of it': canary('changed'),
    'name of a file': canary('file'),
    'what the file says': canary('content'),
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

  const channel = canaries['name of a private channel'];
  await composer(alice.widget).fill('');
  await create(alice.widget, { name: channel, isPublic: false, people: ['bob'] });
  await attach(alice.widget, [
    {
      name: `${canaries['name of a file']}.txt`,
      mimeType: 'text/plain',
      buffer: Buffer.from(canaries['what the file says']),
    },
  ]);
  await send(alice.widget, canaries['message in it']);
  await row(bob.widget, channel).click();
  await message(bob.widget, canaries['message in it']).getByText(`${canaries['name of a file']}.txt`).waitFor();
  const download = bob.page.waitForEvent('download');
  await bob.widget.getByRole('button', { name: `Download ${canaries['name of a file']}.txt` }).click();
  expect(await readFile(await (await download).path(), 'utf8')).toBe(canaries['what the file says']);
  await act(alice.widget, canaries['message in it'], 'Edit');
  await composer(alice.widget).fill(canaries['change of it']);
  await composer(alice.widget).press('Enter');
  await message(bob.widget, canaries['change of it']).waitFor();

  const haystacks: readonly Haystack[] = [
    ...(await dumpDatabase(server)),
    { name: 'log of the server', bytes: Buffer.from(server.log()) },
    ...(await alice.traffic.haystacks()),
    ...(await bob.traffic.haystacks()),
  ];
  expect(server.log().length).toBeGreaterThan(1_000);

  // The search sees what is there: the user name, which the server knows, is found in each kind of place. Whether an
  // answer over HTTP has it is a matter of how soon the socket opens; each has what signing up is answered with.
  const found = [name, 'challengeId'].flatMap((text) => findText(text, haystacks));
  const places = new Set(found.map(({ haystack }) => haystack.replace(/ of .*|^file .*\//u, '')));
  expect([...places]).toEqual(
    expect.arrayContaining(['table public.users', 'requests', 'responses', 'frames sent', 'frames received']),
  );
  expect([...places].some((place) => /^\d+$/u.test(place))).toBe(true);

  for (const [what, text] of Object.entries(canaries)) expect(findText(text, haystacks), what).toEqual([]);
});
