import { expect } from 'vitest';
import { testWithServer } from '../support/test.ts';
import { atHome, composer, expectTexts, find, openChat, send, shown, signUp } from '../support/widget.ts';
import { patient } from '../../scripts/lib/patience.mjs';

const test = testWithServer();

test('a name that is taken or malformed opens no account and is refused with the reason', async ({
  person,
  openDevice,
}) => {
  await person('alice');
  const other = await openDevice('newcomer');
  const name = other.widget.getByLabel('Choose a name');
  const enter = async (text: string, complaint: RegExp): Promise<void> => {
    await name.fill(text);
    await other.widget.getByRole('button', { name: 'Start chatting' }).click();
    await other.widget.getByText(complaint).waitFor();
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    expect(await name.evaluate((field) => field.matches(':focus'))).toBe(true);
  };
  await enter('ALICE', /^That name is taken/u);
  await enter('', /^Use at least 2 characters/u);
  await enter('x', /^Use at least 2 characters/u);
  await enter('a b', /^Use letters, digits/u);
  await enter('<script>', /^Use letters, digits/u);
  await enter('-dash', /^Use letters, digits/u);
  await name.fill('newcomer');
  await signUp(other.widget, 'newcomer');
});

test('a search for an unknown name, or for their own, shows a person no result', async ({ person }) => {
  const bob = await person('bob');
  const search = bob.widget.getByRole('combobox', { name: 'Find a person' });
  await search.fill('nobody-of-that-name');
  await bob.widget.getByRole('status').getByText('No one found for “nobody-of-that-name”.').waitFor();
  await search.fill('bob');
  await bob.widget.getByRole('status').getByText('No one found for “bob”.').waitFor();
  await search.fill('%');
  await bob.widget.getByRole('status').getByText('No one found for “%”.').waitFor();
});

test('an empty or too long text is neither sent nor cut nor lost', async ({ person }) => {
  const [carol, dave] = await Promise.all([person('carol'), person('dave')]);
  await find(carol.widget, 'dave');
  const field = composer(carol.widget);
  const button = carol.widget.getByRole('button', { name: 'Send' });
  for (const empty of ['', '   ', '\n\n']) {
    await field.fill(empty);
    // Where there is nothing to send the place belongs to the microphone.
    await expect.poll(() => button.count()).toBe(0);
    await field.press('Enter');
  }
  // 16,384 bytes are allowed; each of these letters takes two.
  await field.fill('ü'.repeat(8_193));
  await carol.widget.getByText('1 character too long').waitFor();
  expect(await button.isDisabled()).toBe(true);
  await field.press('Enter');
  expect(await field.inputValue()).toHaveLength(8_193);
  expect(await shown(carol.widget)).toEqual([]);

  const longest = 'ü'.repeat(8_192);
  await send(carol.widget, longest);
  await openChat(dave.widget, 'carol');
  await expectTexts(dave.widget, [longest]);
});

test('markup in a message is shown as text', async ({ person }) => {
  const [erin, frank] = await Promise.all([person('erin'), person('frank')]);
  await find(erin.widget, 'frank');
  const nasty = '<img src=x onerror=alert(1)><script>alert(2)</script> javascript:alert(3) ${7*7} {{7*7}}';
  await send(erin.widget, nasty);
  await openChat(frank.widget, 'erin');
  await expectTexts(frank.widget, [nasty]);
  expect(await frank.widget.locator('.message img, .message script, .message a').count()).toBe(0);
});

test(
  'a page that loads while the server is down says so and recovers',
  { timeout: patient(120_000) },
  async ({ openDevice, process: server, site }) => {
    // The widget's code comes from the site, once it has been loaded there.
    await openDevice('first visitor', { url: site.selfHostedUrl });
    const grace = await openDevice('grace', { url: site.selfHostedUrl });
    await signUp(grace.widget, 'grace');
    await server.stop();

    await grace.page.reload();
    await atHome(grace.widget);
    await grace.widget.getByRole('status').getByText('Connection lost. Trying again…').waitFor();
    await grace.widget.getByRole('button', { name: 'Try again' }).waitFor();

    const heidi = await openDevice('heidi', { url: site.selfHostedUrl });
    await heidi.widget.getByLabel('Choose a name').fill('heidi');
    await heidi.widget.getByRole('button', { name: 'Start chatting' }).click();
    await heidi.widget.getByText('The server can’t be reached. Check your connection and try again.').waitFor();

    await server.start();
    await grace.widget
      .getByText('Connection lost. Trying again…')
      .waitFor({ state: 'detached', timeout: patient(40_000) });
    await signUp(heidi.widget, 'heidi');
    await find(heidi.widget, 'grace');
    await send(heidi.widget, 'hello');
    await openChat(grace.widget, 'heidi');
    await expectTexts(grace.widget, ['hello']);
  },
);
