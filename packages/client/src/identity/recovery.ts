import { createLoader } from '../context/loader.ts';
import type { Deps } from '../context/deps.ts';
import type * as journey from './recovery-journey.ts';

/** Loads the journey *recovery*. */
const loadRecovery = createLoader(() => import('./recovery-journey.ts'));

type Journey = typeof journey;

/** As `recover-account.ts` has it. */
export const recoverAccount: Journey['recoverAccount'] = async (deps, input) =>
  (await loadRecovery()).recoverAccount(deps, input);
/** As `replace-recovery-code.ts` has it. */
export const replaceRecoveryCode: Journey['replaceRecoveryCode'] = async (deps, input) =>
  (await loadRecovery()).replaceRecoveryCode(deps, input);
/** As `replace-recovery-code.ts` has it. */
export const uploadPending = async (deps: Deps): Promise<void> => (await loadRecovery()).uploadPending(deps);
/** As `unlock.ts` has it. */
export const confirmRecoveryCode: Journey['confirmRecoveryCode'] = async (deps, typed) =>
  (await loadRecovery()).confirmRecoveryCode(deps, typed);
/** As `unlock.ts` has it. */
export const unlock: Journey['unlock'] = async (deps, input) => (await loadRecovery()).unlock(deps, input);
