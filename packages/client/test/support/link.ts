import type { SealClient } from '../../src/index.ts';
import { until } from './wait.ts';

/** Joins `next` to the account of `old` by a code. */
export async function link(old: SealClient, next: SealClient): Promise<void> {
  const offer = await old.showLinkingCode();
  const shown = offer.state.get();
  const request = next.linkThisDevice(shown.step === 'waiting' ? shown.code : '');
  await until(offer.state, ({ step }) => step === 'compare', 'the digits');
  offer.confirm();
  await Promise.all([offer.finished, request.finished]);
}
