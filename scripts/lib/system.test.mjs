import { expect, test } from 'vitest';
import { explain } from './system.mjs';

test('what is missing is named with the packages that bring it and a lane that needs none of them', () => {
  const text = explain(['chromium', 'python']);
  expect(text).toContain('apt-get install chromium python3 python3-nacl');
  expect(text).toContain('npm test -- --install');
  expect(text).toContain('npm test -- quick');
});
