import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import * as limits from '../../protocol/src/limits.ts';

const SOURCE = fileURLToPath(new URL('../../protocol/src/limits.ts', import.meta.url));
const TABLES: Readonly<Record<string, unknown>> = limits;

/** Puts the numbers of the limits where they are used: a table of them carries its names and whatever is not used. */
export function inlineLimits(): Plugin {
  return {
    name: 'seal:inline-limits',
    apply: 'build',
    transform(code, id) {
      if (id === SOURCE || !/\/packages\/\w+\/src\/.*\.ts$/.test(id)) return null;
      return { code: code.replace(/\b([A-Z]+(?:_[A-Z]+)*)\.(\w+)\b/g, inline), map: null };
    },
  };
}

function inline(whole: string, table: string, name: string): string {
  const value = (TABLES[table] as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'number' ? String(value) : whole;
}
