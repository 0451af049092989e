import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planOf, readArguments, readLanes } from './lanes.mjs';
import { ROOT } from './paths.mjs';

const lanes = readLanes();
const { tasks: known } = JSON.parse(readFileSync(join(ROOT, 'turbo.json'), 'utf8'));

test('every package with tests has a lane', () => {
  expect(Object.keys(lanes)).toEqual(
    expect.arrayContaining(['protocol', 'crypto', 'client', 'server', 'widget', 'e2e', 'stories', 'quick', 'checks']),
  );
});

test('turbo knows every task of every lane', () => {
  const tasks = Object.values(lanes).flatMap((lane) => lane.tasks);
  expect(tasks.filter((task) => known[task] === undefined && known[task.split('#')[1]] === undefined)).toEqual([]);
});

test('without a lane everything runs, each task once', () => {
  const { tasks, needs } = planOf([]);
  expect(new Set(tasks).size).toBe(tasks.length);
  expect(tasks).toEqual(expect.arrayContaining(['//#check:lint', '@seal-chat/crypto#test', '@seal-chat/e2e#test']));
  expect(tasks.filter((task) => task.endsWith(':quick'))).toEqual([]);
  expect(new Set(needs)).toEqual(new Set(['chromium', 'postgres', 'python', 'redis']));
});

test('the quick lane needs no browser and no Python, and is a part of a lane named beside it', () => {
  expect(planOf(['quick']).needs).toEqual([]);
  expect(planOf(['quick']).tasks).toContain('@seal-chat/crypto#test:quick');
  expect(planOf(['quick', 'crypto']).tasks).not.toContain('@seal-chat/crypto#test:quick');
});

test('lanes and options are told apart', () => {
  expect(readArguments(['crypto', '--force', 'widget'])).toEqual({
    lanes: ['crypto', 'widget'],
    options: new Set(['--force']),
  });
});

test('an unknown lane is refused with the names of those that exist', () => {
  expect(() => readArguments(['cryto'])).toThrow(/^unknown lane "cryto"; lanes: checks, quick, .*e2e, stories.*$/);
});

test('an unknown option is refused', () => {
  expect(() => readArguments(['--fast'])).toThrow(/^unknown option "--fast"; options: --force/);
});
