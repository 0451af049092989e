import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { PATIENCE_MS } from './patience.ts';

/** What a person does with one `<seal-chat>`, by the names and roles that people and screen readers meet. */

/** One message as it is on the page. */
export interface ShownMessage {
  readonly messageId: string;
  readonly text: string;
  /** `own`, or `other` for another person's. */
  readonly side: 'own' | 'other';
  /** The tick; null for messages of others. */
  readonly status: string | null;
}

/** The widget of a page; `index` where there are several. */
export function widgetOf(page: Page, index = 0): Locator {
  return page.locator('seal-chat').nth(index);
}

/** Opens an account, keeps its recovery code and goes on to the chats. Resolves to the code. */
export async function signUp(widget: Locator, name: string): Promise<string> {
  await widget.getByLabel('Choose a name').fill(name);
  await widget.getByRole('button', { name: 'Start chatting' }).click();
  await widget.getByRole('heading', { name: 'Save your recovery code' }).waitFor();
  const code = (await widget.locator('#code').innerText()).trim();
  await widget.getByLabel('Once it is saved, type its last four characters').fill(code.slice(-4));
  await widget.getByRole('button', { name: 'Go to my chats' }).click();
  await atHome(widget);
  return code;
}

/** Has the page sign a person up under `name`, without a recovery code. */
export async function signInByPage(page: Page, name: string): Promise<void> {
  await page.evaluate(async (username) => {
    await customElements.whenDefined('seal-chat');
    const chat = document.querySelector<HTMLElement & { signIn(options: object): Promise<unknown> }>('seal-chat');
    await chat!.signIn({ username, withoutRecoveryCode: true });
  }, name);
}

/** Waits until the person is signed in and sees their chats. */
export async function atHome(widget: Locator): Promise<void> {
  await widget.getByRole('heading', { name: 'Chats', exact: true }).waitFor();
}

/** Finds a person by name and opens the chat with them. */
export async function find(widget: Locator, name: string): Promise<void> {
  await widget.getByRole('combobox', { name: 'Find a person' }).fill(name);
  await widget.getByRole('option', { name, exact: true }).click();
  await composer(widget, name).waitFor();
}

/** Opens the chat with `name` from the list. */
export async function openChat(widget: Locator, name: string): Promise<void> {
  await row(widget, name).click();
  await composer(widget, name).waitFor();
}

/** The row of the chat with `name` in the list; other rows may tell what that person did. */
export function row(widget: Locator, name: string): Locator {
  const title = widget.page().locator('.name', { hasText: name });
  return widget.locator('seal-conversation-list').getByRole('button').filter({ has: title });
}

/** The field in which messages are written. */
export function composer(widget: Locator, name = ''): Locator {
  return widget.getByRole('textbox', { name: `Message to ${name}` });
}

/** Types `text` into the composer of the open chat and sends it with Enter; resolves when it is queued. */
export async function send(widget: Locator, text: string): Promise<void> {
  const field = composer(widget);
  await field.fill(text);
  await field.press('Enter');
  await expect.poll(() => field.inputValue()).toBe('');
}

/** The messages of the open chat that are on the page, in their order. */
export async function shown(widget: Locator): Promise<readonly ShownMessage[]> {
  return widget.locator('.message').evaluateAll((elements) =>
    elements.map((element) => ({
      messageId: element.getAttribute('data-key') ?? '',
      text: element.querySelector('.text, .notice')?.textContent ?? '',
      side: element.classList.contains('own') ? ('own' as const) : ('other' as const),
      status: element.getAttribute('data-status'),
    })),
  );
}

/** The texts of the open chat that are on the page, in their order. */
export async function texts(widget: Locator): Promise<readonly string[]> {
  return (await shown(widget)).map(({ text }) => text);
}

/** Waits until exactly `expected` are the texts on the page, in that order. */
export async function expectTexts(widget: Locator, expected: readonly string[], timeout = PATIENCE_MS): Promise<void> {
  await expect.poll(() => texts(widget), { timeout }).toEqual(expected);
}

/** Waits until the tick of this person’s message `text` is `status`. */
export async function expectStatus(
  widget: Locator,
  text: string,
  status: string,
  timeout = PATIENCE_MS,
): Promise<void> {
  await expect
    .poll(async () => (await shown(widget)).find((message) => message.text === text)?.status, { timeout })
    .toBe(status);
}

/** All texts of the open chat: scrolls to its beginning, where the widget keeps only the newest on the page. */
export async function allTexts(widget: Locator): Promise<readonly string[]> {
  const scroller = widget.getByRole('log');
  await expect
    .poll(
      async () => {
        await scroller.evaluate((element) => element.scrollTo({ top: 0 }));
        return widget.locator('.beginning').count();
      },
      { timeout: PATIENCE_MS },
    )
    .toBe(1);
  return texts(widget);
}
