import { expect, it } from 'vitest';
import type { ReactiveControllerHost } from 'lit';
import { Action } from './action.ts';

function newAction(): { action: Action<string>; updates: () => number } {
  let count = 0;
  const host = { addController() {}, requestUpdate: () => count++ } as unknown as ReactiveControllerHost;
  return { action: new Action(host, (thrown) => `failed: ${String(thrown)}`), updates: () => count };
}

it('runs one task at a time and renders its host when it begins and ends', async () => {
  const { action, updates } = newAction();
  const { promise, resolve } = deferred();
  const first = action.run(() => promise);
  expect(action.isBusy).toBe(true);
  expect(await action.run(() => Promise.reject(new Error('not run')))).toBe(false);
  expect(action.error).toBeNull();
  resolve();
  expect(await first).toBe(true);
  expect(action.isBusy).toBe(false);
  expect(updates()).toBe(2);
});

it('keeps what a task failed with until the next one begins', async () => {
  const { action } = newAction();
  expect(await action.run(async () => Promise.reject(new Error('gone')))).toBe(false);
  expect(action.error).toBe('failed: Error: gone');
  expect(await action.run(async () => undefined)).toBe(true);
  expect(action.error).toBeNull();
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
