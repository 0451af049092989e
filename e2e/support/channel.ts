import type { Locator } from 'playwright-core';
import { composer } from './widget.ts';

/** What a person does with channels, by the names and roles that people and screen readers meet. */

/** Begins something from the menu at the head of the list. */
export async function begin(widget: Locator, item: 'Create a channel' | 'Browse channels'): Promise<void> {
  await widget.getByRole('button', { name: 'New', exact: true }).click();
  await widget.getByRole('menuitem', { name: item }).click();
}

/** Makes a channel and waits until one can write in it. */
export async function create(
  widget: Locator,
  { name, isPublic, people = [] }: { name: string; isPublic: boolean; people?: readonly string[] },
): Promise<void> {
  await begin(widget, 'Create a channel');
  await widget.getByLabel('Name', { exact: true }).fill(name);
  if (isPublic) await widget.getByRole('radio', { name: 'Everyone here' }).check();
  for (const person of people) await pick(widget, person);
  await widget.getByRole('button', { name: 'Create channel' }).click();
  await composer(widget, name).waitFor();
}

/** Puts a person on the list of those who are added or invited. */
export async function pick(widget: Locator, person: string): Promise<void> {
  await widget.getByRole('combobox', { name: 'Search for people to add' }).fill(person);
  await widget.getByRole('option', { name: person, exact: true }).click();
}
