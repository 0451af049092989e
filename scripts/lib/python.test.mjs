import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPython } from './python.mjs';

let folder;
const before = { ...process.env };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seal-python-'));
});

afterEach(() => {
  process.env = { ...before };
  rmSync(folder, { recursive: true });
});

/** A program that says whether it can import PyNaCl, and does nothing else. */
function interpreter(name, hasPyNaCl) {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\nexit ${hasPyNaCl ? 0 : 1}\n`, { mode: 0o755 });
  return path;
}

test('the interpreter that SEAL_PYTHON names comes before the one on the PATH', () => {
  interpreter('python3', true);
  process.env.PATH = folder;
  process.env.SEAL_PYTHON = interpreter('mine', true);
  expect(findPython()).toBe(join(folder, 'mine'));
});

test('an interpreter without PyNaCl is passed over', () => {
  interpreter('python3', true);
  process.env.PATH = folder;
  process.env.SEAL_PYTHON = interpreter('mine', false);
  expect(findPython()).toBe('python3');
});
