import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { BUDGETS, measure } from './bundle-sizes.mjs';

/** Source text that does not compress below `bytes`. */
const filler = (bytes) => `export const filler = '${randomBytes(bytes).toString('base64')}';`;

test('what the core imports at once counts as core, what it loads later does not', () => {
  const parts = measure({
    'seal-chat.js': "import('./core-Ab3_-xY9.js');",
    'core-Ab3_-xY9.js': `import './shared-2.js'; import('./lazy-3.js'); ${filler(50_000)}`,
    'shared-2.js': filler(20_000),
    'lazy-3.js': filler(1_000),
  });
  const above = parts.filter(({ bytes, budget }) => bytes > budget).map(({ part }) => part);
  expect(above).toEqual(['core']);
  expect(parts.map(({ part }) => part)).toEqual(['entry', 'core', 'first visit', 'lazy-3.js']);
});

test('a lazy file above its budget is seen', () => {
  const parts = measure({ 'seal-chat.js': '', 'core-Ab3_-xY9.js': '', 'lazy-2.js': filler(BUDGETS.other * 2) });
  expect(parts.find(({ part }) => part === 'lazy-2.js').bytes).toBeGreaterThan(BUDGETS.other);
});

test('a first visit is what its journeys and the files they need weigh together', () => {
  const files = {
    'seal-chat.js': '',
    'core-Ab3_-xY9.js': filler(40_000),
    'conversation-Ab3_-xY9.js': `import './shared-Ab3_-xY9.js'; ${filler(40_000)}`,
    'account-Ab3_-xY9.js': filler(10_000),
    'shared-Ab3_-xY9.js': filler(30_000),
    'mls-Ab3_-xY9.js': filler(40_000),
  };
  const first = (some) => measure(some).find(({ part }) => part === 'first visit');
  expect(first(files).bytes).toBeGreaterThan(BUDGETS.first);
  const { 'shared-Ab3_-xY9.js': _shared, ...without } = files;
  expect(first(without).bytes).toBeLessThan(BUDGETS.first);
});

test('a name that only begins like that of a large file has no larger budget', () => {
  const parts = measure({
    'seal-chat.js': '',
    'core-Ab3_-xY9.js': '',
    'mls-Ab3_-xY9.js': '',
    'mls-more-Ab3_-xY9.js': '',
  });
  const budgetOf = (name) => parts.find(({ part }) => part === name).budget;
  expect(budgetOf('mls-Ab3_-xY9.js')).toBeGreaterThan(BUDGETS.other);
  expect(budgetOf('mls-more-Ab3_-xY9.js')).toBe(BUDGETS.other);
});
