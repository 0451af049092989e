import type { MlsMember } from '@seal-chat/crypto/mls';
import { newId, type DeviceId, type UserId } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { deviceChanges } from './device-changes.ts';

const random = <T>(): T => newId(crypto.getRandomValues(new Uint8Array(16))) as T;
const [alice, bob, carol] = [random<UserId>(), random<UserId>(), random<UserId>()];
const leaf = (userId: UserId): MlsMember => ({ userId, deviceId: random<DeviceId>() });
const [ofAlice, ofBob, second, ofCarol] = [leaf(alice), leaf(bob), leaf(bob), leaf(carol)];
const changes = (before: MlsMember[], after: MlsMember[], adds: MlsMember[] = [], own = ofAlice) =>
  deviceChanges({ seq: 7, adds, at: 1 }, { before, after }, own.deviceId).map(({ kind, userId, deviceId }) => ({
    kind,
    userId,
    deviceId,
  }));

describe('what a Commit does to devices', () => {
  it('a device that comes along with a person who comes, or goes with one who goes, is no line', () => {
    expect(changes([ofAlice, ofCarol], [ofAlice, ofBob, second], [ofBob, second])).toEqual([]);
  });

  it('a further device is a line also in a Commit that adds a person', () => {
    expect(changes([ofAlice, ofBob], [ofAlice, ofBob, second, ofCarol], [second, ofCarol])).toEqual([
      { kind: 'added', ...second },
    ]);
  });

  it('a device that is taken out of a person’s several is a line', () => {
    expect(changes([ofAlice, ofBob, second], [ofAlice, ofBob])).toEqual([{ kind: 'removed', ...second }]);
  });

  it('a device that enters again with its old keys is a line, and so is another one that enters as this device', () => {
    expect(changes([ofAlice, ofBob], [ofAlice, ofBob], [ofBob])).toEqual([{ kind: 'rejoined', ...ofBob }]);
    expect(changes([ofAlice, ofBob], [ofBob], [ofAlice])).toEqual([{ kind: 'rejoined', ...ofAlice }]);
  });

  it('its own way in is no news to a device', () => {
    expect(changes([ofBob], [ofBob, second], [second], second)).toEqual([]);
  });
});
