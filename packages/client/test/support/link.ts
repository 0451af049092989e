import { expect } from 'vitest';
import type { Linking, SealClient } from '../../src/index.ts';
import { until } from './wait.ts';

/** Joins `next` to the account of `old` by a code, comparing the digits as two people would. */
export async function link(old: SealClient, next: SealClient): Promise<void> {
  const offer = await old.showLinkingCode();
  const shown = offer.state.get();
  if (shown.step !== 'waiting') throw new Error('expected a code');
  const request = next.linkThisDevice(shown.code.toLowerCase());
  const digits = await Promise.all([digitsOf(offer), digitsOf(request)]);
  expect(digits[0]).toMatch(/^\d{6}$/);
  expect(digits[1]).toBe(digits[0]);
  offer.confirm();
  await Promise.all([offer.finished, request.finished]);
}

export async function digitsOf({ state, finished }: Linking): Promise<string> {
  const compared = until(state, ({ step }) => step === 'compare' || step === 'failed');
  const reached = await compared;
  if (reached.step !== 'compare') await finished;
  return reached.step === 'compare' ? reached.sas : '';
}
