import { describe, expect, it } from 'vitest';
import { ERRORS } from './error-table.ts';
import { SealError, isErrorCode, isSealError, type ErrorCode } from './errors.ts';

const codes = Object.keys(ERRORS) as ErrorCode[];

describe('the error table', () => {
  it.each(codes)('%s has a status, and a sentence a person can be shown', (code) => {
    const { status, text } = ERRORS[code];
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect([400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 507]).toContain(status);
    expect(text).toMatch(/^[A-Z].*\.$/);
    expect(text).not.toMatch(/_|undefined|null|error code/i);
  });

  it('asks to try again where waiting is the cure', () => {
    const withStatus = (...statuses: number[]) => codes.filter((code) => statuses.includes(ERRORS[code].status));
    const isRetryable = (code: ErrorCode) => new SealError(code).isRetryable;
    // Files go when a person deletes some, not with time.
    const full: ErrorCode = 'QUOTA_EXCEEDED';
    expect(isRetryable(full)).toBe(false);
    expect(withStatus(429, 503).every((code) => code === full || isRetryable(code))).toBe(true);
    expect(withStatus(400, 404, 413).some(isRetryable)).toBe(false);
  });
});

describe('a SealError', () => {
  it('carries code, details and cause apart from each other', () => {
    const cause = new Error('inner');
    const error = new SealError('RATE_LIMITED', 'too fast', { retryAfterMs: 1_000, field: 'x', cause });
    expect(error).toMatchObject({ name: 'SealError', code: 'RATE_LIMITED', message: 'too fast', cause });
    expect(error.details).toEqual({ retryAfterMs: 1_000, field: 'x' });
    expect(error.isRetryable).toBe(true);
  });

  it('says its code when there is nothing to add, and has no cause then', () => {
    const error = new SealError('NOT_FOUND');
    expect(error.message).toBe('NOT_FOUND');
    expect('cause' in error).toBe(false);
    expect(error.isRetryable).toBe(false);
  });

  it('is told from other errors, and by its code', () => {
    expect(isSealError(new SealError('OFFLINE'))).toBe(true);
    expect(isSealError(new SealError('OFFLINE'), 'OFFLINE')).toBe(true);
    expect(isSealError(new SealError('OFFLINE'), 'INTERNAL')).toBe(false);
    for (const other of [new Error('OFFLINE'), { code: 'OFFLINE' }, null, undefined, 'OFFLINE']) {
      expect(isSealError(other)).toBe(false);
    }
  });

  it('has a code that no foreign string passes for', () => {
    expect(codes.every(isErrorCode)).toBe(true);
    for (const other of ['NOPE', 'constructor', '__proto__', '', null, 1]) expect(isErrorCode(other)).toBe(false);
  });
});
