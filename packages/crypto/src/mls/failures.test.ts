import { SealError } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { guarded, guardedSync, recoded } from './failures.ts';

const ours = new SealError('UNVERIFIED_DEVICE', 'ours');
const offline = new SealError('OFFLINE');
const ofEngine = new DOMException('the engine has failed', 'OperationError');
const ofLibrary = new Error('a rule of the RFC');

const rejectedWith = (run: typeof guarded, thrown: unknown) =>
  run('MALFORMED', () => Promise.reject(thrown)).catch((error: unknown) => error);

function thrownWith(thrown: unknown): unknown {
  try {
    return guardedSync('MALFORMED', () => {
      throw thrown;
    });
  } catch (error) {
    return error;
  }
}

describe('a failure inside the library', () => {
  it('gets a code of ours, and keeps its text and its cause', async () => {
    for (const error of [
      await rejectedWith(guarded, ofLibrary),
      thrownWith(ofLibrary),
      await rejectedWith(recoded, ofLibrary),
    ])
      expect(error).toMatchObject({ code: 'MALFORMED', message: 'mls: a rule of the RFC', cause: ofLibrary });
    const odd = [await rejectedWith(guarded, 'odd'), thrownWith('odd'), await rejectedWith(recoded, 'odd')];
    for (const error of odd) expect(error).toMatchObject({ code: 'MALFORMED', message: 'mls: failed', cause: 'odd' });
  });

  it('passes when it is ours or the engine’s: what has failed may work the next time', async () => {
    for (const error of [ours, offline, ofEngine]) {
      expect(await rejectedWith(guarded, error)).toBe(error);
      expect(thrownWith(error)).toBe(error);
    }
  });

  it('gets the code of what was read, where any fault makes that invalid, but for what may go away', async () => {
    for (const error of [offline, ofEngine]) expect(await rejectedWith(recoded, error)).toBe(error);
    const invalid = new SealError('LOW_ORDER_KEY', 'a key');
    expect(await rejectedWith(recoded, invalid)).toMatchObject({ code: 'MALFORMED', message: 'mls: a key' });
    const already = new SealError('MALFORMED', 'already');
    expect(await rejectedWith(recoded, already)).toBe(already);
  });

  it('is none when nothing is thrown', async () => {
    expect([await guarded('MALFORMED', async () => 1), guardedSync('MALFORMED', () => 2)]).toEqual([1, 2]);
    expect(await recoded('MALFORMED', async () => 3)).toBe(3);
  });
});
