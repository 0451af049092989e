import type { Locator } from 'playwright-core';

/** What a person does with single messages, by the names and roles that people and screen readers meet. */

/** The message that says `text`. */
export function message(widget: Locator, text: string): Locator {
  return widget
    .locator('.message')
    .filter({ has: widget.page().locator('.text', { hasText: text }) })
    .last();
}

/** Opens what can be done with a message, and does one of it. */
export async function act(widget: Locator, text: string, action: string): Promise<void> {
  await openMenu(widget, text);
  await widget.getByRole('menuitem', { name: action, exact: true }).click();
}

/** Reacts to a message from its menu. */
export async function react(widget: Locator, text: string, emoji: string): Promise<void> {
  await openMenu(widget, text);
  await widget.getByRole('menuitemcheckbox', { name: emoji }).click();
}

/** Gives files to the composer of the open chat, as if they had been picked. */
export async function attach(
  widget: Locator,
  files: string | readonly { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }[],
): Promise<void> {
  // The input is hidden and comes with the part of the composer that is loaded on demand.
  await widget.getByRole('button', { name: 'Attach files' }).waitFor();
  const input = widget.locator('input#files');
  await input.setInputFiles(typeof files === 'string' ? files : [...files]);
}

/** With a right click on the bubble, not on its row: the toolbar may be over the middle of the row. */
async function openMenu(widget: Locator, text: string): Promise<void> {
  await message(widget, text).locator('.bubble').click({ button: 'right' });
}
