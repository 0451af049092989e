import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe finds wrong with the page as it is, rule and element. Two rules are off: for the `<header>` and `<footer>` of a
 * section they look no further than the shadow root they are in, and take them for the page's.
 */
export async function axe(page: Page): Promise<readonly string[]> {
  await page.evaluate(await AXE);
  const { violations, passes } = await page.evaluate(() => {
    const { axe: tool } = globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
    const off = { enabled: false };
    return tool.run({ rules: { 'landmark-banner-is-top-level': off, 'landmark-contentinfo-is-top-level': off } });
  });
  // Had axe not looked into the widget, there would be nothing to find.
  const seen = passes.flatMap(({ nodes }) => nodes.map(({ target }) => JSON.stringify(target)));
  expect(seen.some((target) => /seal-chat.*,/u.test(target))).toBe(true);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary ?? ''}`),
  );
}
