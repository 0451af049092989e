import { fromUtf8, utf8 } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { addPreKey, receive, send, startSession, testDevice } from '../../test/devices.ts';

describe('session', () => {
  it('smoke', async () => {
    const alice = await testDevice('alice');
    const bob = await testDevice('bob');
    await addPreKey(bob, 'oneTime');
    await addPreKey(bob, 'kemOneTime');
    await startSession(alice, bob);
    const first = send(alice, bob, utf8('one'));
    const second = send(alice, bob, utf8('two'));
    expect(fromUtf8(await receive(bob, alice, second))).toBe('two');
    expect(fromUtf8(await receive(bob, alice, first))).toBe('one');
    expect(fromUtf8(await receive(alice, bob, send(bob, alice, utf8('three'))))).toBe('three');
    expect(fromUtf8(await receive(bob, alice, send(alice, bob, utf8('four'))))).toBe('four');
  });
});
