import { describe, expect, it } from 'vitest';
import { createClock } from './clock.ts';

const DAY = 24 * 60 * 60 * 1000;

/** A clock whose device's part a test moves. */
function clockAt(start: number) {
  const device = { now: start };
  return { device, clock: createClock(() => device.now) };
}

describe("what the server's clock can do", () => {
  it('no clock of a server moves ages by more than a day, or back', () => {
    for (const days of [400, -400, 2, -2, 1e9, -1e9]) {
      const { device, clock } = clockAt(1_000 * DAY);
      clock.learn(device.now + days * DAY);
      expect(clock.now()).toBe(device.now + (days > 0 ? DAY : 0));
      device.now += 10 * DAY;
      expect(clock.now()).toBeGreaterThanOrEqual(device.now);
    }
  });

  it('a clock that stands still keeps nothing from ageing', () => {
    const { device, clock } = clockAt(1_000 * DAY);
    const frozen = device.now;
    for (let day = 0; day < 30; day++) {
      device.now += DAY;
      clock.learn(frozen);
      expect(clock.now()).toBeGreaterThanOrEqual(device.now);
    }
  });

  it('a clock that jumps back and forth never turns ages back', () => {
    const { device, clock } = clockAt(1_000 * DAY);
    let before = clock.now();
    for (let i = 0; i < 50; i++) {
      device.now += 60_000;
      clock.learn(device.now + (i % 2 === 0 ? 300 : -300) * DAY);
      expect(clock.now()).toBeGreaterThanOrEqual(before);
      expect(clock.now()).toBeLessThanOrEqual(device.now + DAY);
      before = clock.now();
    }
  });

  it('a time that is none is not learned', () => {
    const { device, clock } = clockAt(1_000 * DAY);
    for (const time of [Number.NaN, Infinity, undefined as unknown as number]) clock.learn(time);
    expect([clock.now(), clock.server()]).toEqual([device.now, device.now]);
  });

  it('a clock of this device that was set right again is not held to the future', () => {
    const { device, clock } = clockAt(4_000 * DAY);
    clock.now();
    device.now = 1_000 * DAY;
    expect(clock.now()).toBe(device.now + DAY);
  });

  it('a message is as old as the younger of both clocks says, whichever lies', () => {
    for (const days of [400, -400]) {
      const { device, clock } = clockAt(1_000 * DAY);
      clock.learn(device.now + days * DAY);
      // Sent just now, by the sender's clock; the server dates it as it likes.
      for (const acceptedAt of [0, device.now, device.now + days * DAY]) {
        expect(clock.ageOf({ acceptedAt, sentAt: device.now })).toBe(0);
      }
    }
    const { device, clock } = clockAt(1_000 * DAY);
    clock.learn(device.now);
    const past = device.now - 3 * DAY;
    expect(clock.ageOf({ acceptedAt: past, sentAt: past })).toBe(3 * DAY);
  });

  it('a device whose date is wrong by years does not take new messages for old', () => {
    const { device, clock } = clockAt(2_000 * DAY);
    const truth = device.now - 1_000 * DAY;
    clock.learn(truth);
    expect(clock.ageOf({ acceptedAt: truth, sentAt: truth })).toBe(0);
  });

  it('a difference of more than a day is told, and that it is over', () => {
    const { device, clock } = clockAt(1_000 * DAY);
    const told: number[] = [];
    clock.difference.subscribe((difference) => told.push(difference));
    clock.learn(device.now + DAY);
    clock.learn(device.now + 2 * DAY);
    clock.learn(device.now);
    expect(told).toEqual([2 * DAY, 0]);
  });
});
