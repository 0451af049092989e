import { expect, test } from 'vitest';
import { databaseErrorClass } from './error-class.ts';

const coded = (code: string, cause?: unknown): Error => Object.assign(new Error('x', { cause }), { code });

test.each([
  ['a full disk', coded('53100'), 'full'],
  ['a database that only reads', coded('25006'), 'full'],
  ['a lock that was waited for too long', coded('55P03'), 'lock'],
  ['a deadlock', coded('40P01'), 'lock'],
  ['a statement that took too long', coded('57014'), 'timeout'],
  ['two transactions that cannot both be', coded('40001'), 'conflict'],
  ['a shutdown', coded('57P01'), 'away'],
  ['a refused connection', coded('ECONNREFUSED'), 'away'],
  ['a broken rule', coded('23505'), 'refused'],
  ['what a library wrapped', new Error('wrapped', { cause: coded('P2010', coded('53100')) }), 'full'],
  ['an error of another kind', coded('ERR_INVALID_ARG_TYPE'), null],
  ['a text', 'broken', null],
])('%s is told from other failures', (_name, error, kind) => {
  expect(databaseErrorClass(error)).toBe(kind);
});
