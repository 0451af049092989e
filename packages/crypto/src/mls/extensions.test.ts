import { expect, it } from 'vitest';
import { onlyExtension } from './extensions.ts';

it('an extension counts when it is there once', () => {
  const of = (extensionType: number, byte: number) => ({ extensionType, extensionData: Uint8Array.of(byte) });
  expect(onlyExtension([of(1, 1), of(2, 2)], 2)).toEqual(Uint8Array.of(2));
  expect(onlyExtension([of(1, 1)], 2)).toBeNull();
  expect(onlyExtension([of(2, 2), of(1, 1), of(2, 2)], 2)).toBeNull();
});
