import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { axe } from '../support/axe.ts';
import { test, type DeviceOfPerson } from '../support/test.ts';
import { atHome, composer, expectTexts, find, openChat, row, send } from '../support/widget.ts';

const VIEWS: readonly (readonly [
  name: string,
  open: (newcomer: DeviceOfPerson, alice: DeviceOfPerson) => Promise<Page>,
])[] = [
  ['sign-in', async ({ page, widget }) => (await widget.getByLabel('Choose a name').waitFor(), page)],
  [
    'sign-in with a mistake',
    async ({ page, widget }) => {
      await widget.getByRole('button', { name: 'Start chatting' }).click();
      await widget.getByText('Use at least 2 characters.').waitFor();
      return page;
    },
  ],
  [
    'linking code',
    async ({ page, widget }) => {
      await widget.getByRole('button', { name: 'Link with another device' }).click();
      await widget.getByLabel('Code from your other device').waitFor();
      return page;
    },
  ],
  [
    'recovery',
    async ({ page, widget }) => {
      await widget.getByRole('button', { name: 'Back' }).click();
      await widget.getByRole('button', { name: 'Use a recovery code' }).click();
      await widget.getByLabel('Recovery code').waitFor();
      return page;
    },
  ],
  ['chats and messages', async (_, { page }) => page],
  [
    'search results',
    async (_, { page, widget }) => {
      await widget.getByRole('combobox', { name: 'Find a person' }).fill('b');
      await widget.getByRole('option').first().waitFor();
      return page;
    },
  ],
  [
    'settings',
    async (_, { page, widget }) => {
      await widget.getByRole('combobox', { name: 'Find a person' }).fill('');
      await widget.getByRole('button', { name: 'Settings' }).click();
      await widget.getByText('This device', { exact: true }).waitFor();
      return page;
    },
  ],
  [
    'code for a new device',
    async (_, { page, widget }) => {
      await widget.getByRole('button', { name: 'Link a new device' }).click();
      await widget.locator('seal-link-old #code').waitFor();
      return page;
    },
  ],
];

test.for(['light', 'dark'] as const)(
  'every view is accessible in %s colours',
  async (colorScheme, { person, openDevice }) => {
    const [alice, bob, newcomer] = await Promise.all([
      person(`alice-${colorScheme}`, { colorScheme }),
      person(`bob-${colorScheme}`),
      openDevice('newcomer', { colorScheme }),
    ]);
    await find(alice.widget, bob.name);
    await send(alice.widget, 'hello, see https://example.com');
    await openChat(bob.widget, alice.name);
    await send(bob.widget, 'hello too');
    await expectTexts(alice.widget, ['hello, see https://example.com', 'hello too']);
    const found: Record<string, readonly string[]> = {};
    for (const [name, open] of VIEWS) {
      const violations = await axe(await open(newcomer, alice));
      if (violations.length > 0) found[name] = violations;
    }
    expect(found).toEqual({});
  },
);

test('everything can be done with the keyboard alone', async ({ openDevice, person }) => {
  await person('heidi');
  const grace = await openDevice('grace', { viewport: { width: 400, height: 700 } });
  const { page, widget } = grace;
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      const label = element?.getAttribute('aria-label') ?? (element as HTMLInputElement | null)?.labels?.[0]?.innerText;
      return label ?? (element as HTMLElement | null)?.innerText ?? '';
    });
  /** Tab until the element of that name has the focus; the number of steps is bounded. */
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let i = 0; i < 25; i++) {
      if (name.test(await focused())) return;
      await page.keyboard.press('Tab');
    }
    expect(await focused()).toMatch(name);
  };

  await widget.getByLabel('Choose a name').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type('grace');
  await page.keyboard.press('Enter');
  await widget.getByRole('heading', { name: 'Save your recovery code' }).waitFor();
  const code = (await widget.locator('#code').innerText()).trim();
  await tabTo(/^Copy$/u);
  await tabTo(/type its last four characters$/u);
  await page.keyboard.type(code.slice(-4));
  await tabTo(/^Go to my chats$/u);
  await page.keyboard.press('Enter');
  await atHome(widget);

  await tabTo(/^Find a person$/u);
  await page.keyboard.type('heidi');
  await widget.getByRole('option', { name: 'heidi' }).waitFor();
  await page.keyboard.press('Enter');
  await composer(widget, 'heidi').waitFor();
  // The cursor is where one writes.
  await expect.poll(focused).toBe('Message to heidi');
  await page.keyboard.type('hands off the mouse');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('please');
  await page.keyboard.press('Enter');
  await expectTexts(widget, ['hands off the mouse\nplease']);
  await page.keyboard.press('Escape');
  // On a narrow screen that is the way back to the list, and the focus is on the chat that was left.
  await row(widget, 'heidi').waitFor();
  await expect.poll(focused).toMatch(/heidi/u);
  await page.keyboard.press('Enter');
  await composer(widget, 'heidi').waitFor();
});

test('a narrow screen shows either the list or the chat, with a way between them', async ({ person }) => {
  const [ivan, judy] = await Promise.all([person('ivan', { viewport: { width: 360, height: 640 } }), person('judy')]);
  await find(ivan.widget, 'judy');
  await send(ivan.widget, 'from a phone');
  expect(await row(ivan.widget, 'judy').isVisible()).toBe(false);
  await ivan.widget.getByRole('button', { name: 'Back' }).click();
  await row(ivan.widget, 'judy').waitFor();
  expect(await composer(ivan.widget).isVisible()).toBe(false);
  await openChat(judy.widget, 'ivan');
  await expectTexts(judy.widget, ['from a phone']);
  const overflow = await ivan.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});
