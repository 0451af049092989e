import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parts, type PartName } from '../src/ui/parts.ts';
import { violations } from './support/axe.ts';
import { openHarness, type Harness } from './support/harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

const PARTS = Object.keys(parts) as PartName[];

/** Foreground, background, and the least contrast. */
const PAIRS: readonly (readonly [string, string, number])[] = [
  ...['ground', 'side', 'sunken', 'other', 'soft', 'pop'].flatMap((under) =>
    ['text', 'text-2', 'ink'].map((over) => [over, under, 4.5] as const),
  ),
  ['on-fill', 'fill', 4.5],
  ['on-own', 'own', 4.5],
  ['on-own-2', 'own', 4.5],
  ['danger', 'ground', 4.5],
  ['danger', 'side', 4.5],
  ['danger', 'danger-soft', 4.5],
  ['text', 'danger-soft', 4.5],
  ['warn', 'ground', 4.5],
  ['warn', 'warn-soft', 4.5],
  ['text', 'warn-soft', 4.5],
  ['good', 'ground', 4.5],
  ['line-strong', 'ground', 3],
  ['line-strong', 'sunken', 3],
  ['focus', 'ground', 3],
];

/** Colours of all kinds: every mix of six steps of red, green and blue. */
const STEPS = ['00', '33', '66', '99', 'cc', 'ff'];
const BRANDS = STEPS.flatMap((r) => STEPS.flatMap((g) => STEPS.map((b) => `#${r}${g}${b}`)));

/** Pairs below their least contrast, for each brand, on the ground as it is. */
async function tooWeak(page: Page, brands: readonly string[]): Promise<readonly string[]> {
  return page.evaluate(
    ([pairs, names]) => {
      const sample = document.querySelector('ui-sample')!;
      const probe = sample.shadowRoot!.querySelector<HTMLElement>('h2')!;
      const paper = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
      const luminance = (role: string): number => {
        probe.style.setProperty('color', `var(--_${role})`);
        paper.fillStyle = getComputedStyle(probe).color;
        paper.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...paper.getImageData(0, 0, 1, 1).data].map((byte) => {
          const part = byte / 255;
          return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
      };
      return names.flatMap((brand) => {
        sample.style.setProperty('--seal-brand', brand);
        const known = new Map<string, number>();
        const of = (role: string): number => known.get(role) ?? known.set(role, luminance(role)).get(role)!;
        return pairs.flatMap(([over, under, least]) => {
          const [a, b] = [of(over), of(under)];
          const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          return contrast >= least ? [] : [`${over} on ${under} with ${brand}: ${contrast.toFixed(2)}`];
        });
      });
    },
    [PAIRS, brands] as const,
  );
}

it.each(['light', 'dark'] as const)(
  'any brand colour leaves every text readable in %s',
  { timeout: 300_000 },
  async (theme) => {
    const page = await harness.showPart('buttons', { theme });
    expect(await tooWeak(page, ['oklch(0.47 0.085 208)', '#111', '#ffd400', '#e5484d', ...BRANDS])).toEqual([]);
    await page.close();
  },
);

it('a weak pair is seen: a dim text set by the page', async () => {
  const page = await harness.showPart('buttons');
  await page.evaluate(() => document.querySelector('ui-sample')!.style.setProperty('--seal-bubble-own', '#999'));
  expect(await tooWeak(page, ['#006874'])).toEqual([expect.stringContaining('on-own on own'), expect.anything()]);
  await page.close();
});

it.each([
  ['light', {}],
  ['dark', { theme: 'dark' }],
  ['from right to left', { dir: 'rtl' }],
] as const)('every primitive is accessible, %s', { timeout: 180_000 }, async (_, look) => {
  const found: Partial<Record<PartName, readonly string[]>> = {};
  const page = await harness.showPart('buttons', look);
  for (const name of PARTS) {
    await page.evaluate(async (shown) => {
      const sample = document.querySelector('ui-sample')!;
      sample.shown = shown;
      await sample.updateComplete;
    }, name);
    const trigger = page.locator('ui-sample').getByRole('button').first();
    if (name === 'menu' || name === 'dialog') await trigger.click();
    const problems = await violations(page, 'ui-sample');
    if (problems.length > 0) found[name] = problems;
    if (name === 'menu' || name === 'dialog') await page.keyboard.press('Escape');
  }
  await page.close();
  expect(found).toEqual({});
});

it('states differ in shape: each of the five is a path of its own', async () => {
  const page = await harness.showPart('states', { forced: true });
  const shapes = await page.locator('.state path').evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));
  expect(new Set(shapes).size).toBe(5);
  const boxes = await page
    .locator('.pill, .badge')
    .evaluateAll((all) => all.map((one) => getComputedStyle(one).borderTopStyle));
  expect(new Set(boxes)).toEqual(new Set(['solid']));
  await page.close();
});

it('a menu is gone through with keys, and returns the focus to its button', async () => {
  const page = await harness.showPart('menu');
  const button = page.getByRole('button', { name: 'More' });
  const focused = (): Promise<string> => page.locator('ui-sample :focus').innerText();
  await button.focus();
  await page.keyboard.press('Enter');
  await expect.poll(focused).toBe('Reply');
  expect(await button.getAttribute('aria-expanded')).toBe('true');
  await page.keyboard.press('End');
  expect(await focused()).toBe('Delete');
  await page.keyboard.press('ArrowUp');
  expect(await focused()).toBe('Copy, and stay');
  await page.keyboard.press('Enter');
  expect(await page.getByRole('menuitem').count()).toBe(3);
  await page.keyboard.press('Escape');
  await expect.poll(() => button.evaluate((element) => element.matches(':focus'))).toBe(true);
  expect(await page.getByRole('menuitem').count()).toBe(0);
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toBe('Reply');
  await page.keyboard.press('Tab');
  await expect.poll(focused).toBe('After it');
  expect(await page.getByRole('menuitem').count()).toBe(0);
  await button.click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  expect(await page.evaluate(() => document.querySelector('ui-sample')!.picked)).toBe('delete');
  await expect.poll(() => button.evaluate((element) => element.matches(':focus'))).toBe(true);
  await page.close();
});

it('a dialog has the focus on its harmless answer and returns it, also for Escape and a press beside it', async () => {
  const page = await harness.showPart('dialog');
  const button = page.getByRole('button', { name: 'Delete message', exact: true });
  const dialog = page.getByRole('dialog', { name: 'Delete this message?' });
  for (const leave of [
    () => page.keyboard.press('Enter'),
    () => page.keyboard.press('Escape'),
    () => page.mouse.click(5, 5),
  ]) {
    await button.click();
    await dialog.waitFor();
    await expect.poll(() => page.locator('ui-sample :focus').innerText()).toBe('Cancel');
    await leave();
    await expect.poll(() => dialog.count()).toBe(0);
    await expect.poll(() => button.evaluate((element) => element.matches(':focus'))).toBe(true);
  }
  await page.close();
});

it('a radius of 0 squares everything but people', async () => {
  const page = await harness.showPart('avatars');
  await page.evaluate(() => document.querySelector('ui-sample')!.style.setProperty('--seal-radius', '0px'));
  const radius = (selector: string): Promise<string> =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).borderTopLeftRadius);
  expect(await radius('.avatar:not(.channel)')).toBe('50%');
  expect(await radius('.avatar.channel')).toMatch(/^(?:0px|0%|min\(30%, 0px\))$/);
  await page.close();
});
