import { createLoader } from '../context/loader.ts';

/** Loads what writes registers: needed when a person decides something, and not to read. */
export const loadRegisterWriter = createLoader(() => import('./write-registers.ts'));
