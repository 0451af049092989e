import { afterAll, beforeAll, expect, it } from 'vitest';
import { states, type StateName } from '../src/states.ts';
import { violations } from './support/axe.ts';
import { openHarness, type Harness, type Scene } from './support/harness.ts';
import { patient } from '../../scripts/lib/patience.mjs';

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

const ALL = Object.keys(states) as StateName[];
/** Between them these have every colour there is. */
const COLOURFUL: readonly StateName[] = [
  'signIn',
  'nameTaken',
  'unread',
  'undecryptable',
  'failed',
  'offline',
  'identityChanged',
  'rich',
  'richChannel',
  'invitationCards',
  'files',
  'uploads',
  'richLong',
];

const LOOKS: readonly (readonly [string, readonly StateName[], Omit<Scene, 'state'>])[] = [
  ['wide and light', ALL, {}],
  ['narrow, dark and from right to left', COLOURFUL, { theme: 'dark', lang: 'ar', width: 360, height: 640 }],
];

it.each(LOOKS)('every state is accessible, %s', { timeout: patient(300_000) }, async (_, names, look) => {
  const found: Partial<Record<StateName, readonly string[]>> = {};
  for (const state of names) {
    const { page } = await harness.show({ state, ...look });
    const problems = await violations(page);
    if (problems.length > 0) found[state] = problems;
    await page.close();
  }
  expect(found).toEqual({});
});

it.each(['light', 'dark'] as const)('settings and search are accessible in %s colours', async (theme) => {
  const { page, widget } = await harness.show({ state: 'settings', theme });
  await widget.getByRole('button', { name: 'Settings' }).click();
  await widget.getByText('This device', { exact: true }).waitFor();
  await widget.getByRole('button', { name: 'Remove' }).first().click();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await widget.getByRole('combobox').fill('bo');
  await widget.getByRole('option').first().waitFor();
  expect(await violations(page)).toEqual([]);
  await page.close();
});
