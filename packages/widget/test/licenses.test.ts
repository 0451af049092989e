import { expect, test } from 'vitest';
import { licensesText } from '../build/licenses.ts';

const lit = { name: 'lit', version: '3.3.3', identifier: 'BSD-3-Clause', text: 'Copyright (c) 2017 Google LLC' };

test('the licences of the bundled packages follow that of Seal', () => {
  const text = licensesText('Apache License', [lit, { ...lit, name: 'ts-mls' }]);
  expect(text.indexOf('Seal (Apache-2.0)\n\nApache License')).toBe(0);
  expect(text).toContain('lit 3.3.3 (BSD-3-Clause)\n\nCopyright (c) 2017 Google LLC');
  expect(text).toContain('ts-mls 3.3.3');
});

test('the build fails for a package without a licence text, and names it', () => {
  const { text: _text, ...without } = lit;
  expect(() =>
    licensesText('Apache License', [lit, { ...without, name: 'bare' }, { ...lit, name: 'empty', text: ' ' }]),
  ).toThrow('no licence text for bare@3.3.3, empty@3.3.3');
});
