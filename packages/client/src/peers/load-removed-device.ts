import { createLoader } from '../context/loader.ts';

/** Loads what a device does that was removed: it comes with the journey *repairs*. */
export const loadRemovedDevice = createLoader(() => import('./removed-device.ts'));
