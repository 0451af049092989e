/** What a device looks after once it is connected. Loaded then, not before messages can be read and written. */
export { maintainPreKeys } from '../prekeys/maintain.ts';
export { createHousekeeper } from './maintenance.ts';
export { startBackground } from './background.ts';
