import { expect, it } from 'vitest';
import { createTaskQueue } from './task-queue.ts';

it('tasks run one after the other, in the order in which they were added', async () => {
  const queue = createTaskQueue();
  const steps: string[] = [];
  const task = (name: string) => async () => {
    steps.push(`${name} starts`);
    await Promise.resolve();
    steps.push(`${name} ends`);
    return name;
  };
  expect(await Promise.all([queue.add(task('a')), queue.add(task('b'))])).toEqual(['a', 'b']);
  expect(steps).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
});

it('a failure reaches the caller and the handler before the next task starts, and does not hold it up', async () => {
  const seen: unknown[] = [];
  const queue = createTaskQueue((error) => void seen.push(error));
  const failed = queue.add(() => Promise.reject(new Error('first')));
  const next = queue.add(async () => seen.length);
  await expect(failed).rejects.toThrow('first');
  expect(await next).toBe(1);
});

it('a queue is idle when everything added so far has ended, also by failing', async () => {
  const queue = createTaskQueue();
  let isDone = false;
  void queue.add(() => Promise.reject(new Error('ignored')));
  void queue.add(async () => {
    await Promise.resolve();
    isDone = true;
  });
  await queue.idle();
  expect(isDone).toBe(true);
});
