import { expect, it } from 'vitest';

it('can be imported where there is no document, and registers nothing', async () => {
  expect(typeof document).toBe('undefined');
  const ui = await import('../src/index.ts');
  expect(ui.tokens.cssText).toContain('--seal-brand');
});
