import { expect, test } from 'vitest';
import { explain } from './system.mjs';

test('what is missing is named with the packages that bring it and a lane that needs none of them', () => {
  const text = explain(['chromium', 'python']);
  expect(text).toContain('apt-get install chromium python3 python3-nacl');
  expect(text).toContain('npm test -- --install');
  expect(text).toContain('npm test -- quick');
});

test('without Redis, its package and a server of your own are named', () => {
  const text = explain(['redis']);
  expect(text).toContain('apt-get install redis-server');
  expect(text).toContain('REDIS_SERVER');
});

test('without PyNaCl, the ways to get it are named: a package, an interpreter of your own, or an install by npm test', () => {
  const text = explain(['python']);
  expect(text).toContain('SEAL_PYTHON');
  expect(text).toContain('apt-get install python3 python3-nacl');
  expect(text).toContain('from PyPI: npm test -- --install');
});
