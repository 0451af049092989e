import { expect, it } from 'vitest';

it('can be imported where there is no document, as when a page is rendered on a server', async () => {
  expect(typeof document).toBe('undefined');
  const { SealChat } = await import('../src/define.ts');
  expect(SealChat.name).toBe('SealChat');
  const { ready } = await import('../src/loader.ts');
  await ready;
});
