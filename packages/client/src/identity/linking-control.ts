import { LIFETIMES, SealError } from '@seal-chat/protocol';
import { toSealError } from '../api/errors.ts';
import type { Linking } from '../model/linking.ts';
import { createAtom } from '../state/atom.ts';
import type { LinkingState } from '../model/linking.ts';
import type { LinkingControl } from './linking.ts';

/** Runs one side of a linking by `code`, and lets a person follow and steer it. */
export function startLinking(code: string, work: (control: LinkingControl) => Promise<void>): Linking {
  const expiresAt = Date.now() + LIFETIMES.linkMs;
  const state = createAtom<LinkingState>({ step: 'waiting', code, expiresAt });
  const ending = new AbortController();
  let confirm = (): void => {};
  const confirmed = new Promise<void>((resolve) => (confirm = resolve));
  const end = (reason: SealError): void => ending.abort(reason);
  const timer = setTimeout(() => end(new SealError('NOT_FOUND', 'linking: code expired')), LIFETIMES.linkMs);

  async function run(): Promise<void> {
    try {
      await work({ state, signal: ending.signal, confirmed });
      state.set({ step: 'done' });
    } catch (cause) {
      const error = toSealError(cause);
      state.set({ step: 'failed', error });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  const finished = run();
  // A caller that only watches `state` need not handle this one as well.
  finished.catch(() => {});
  return { state, confirm, cancel: () => end(new SealError('FORBIDDEN', 'linking: cancelled')), finished };
}
