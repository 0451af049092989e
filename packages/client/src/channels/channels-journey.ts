/** The journey *channels*: groups and the library for them (MLS). Entered through `load.ts`. */
export * as commands from './channel-commands.ts';
export { createChannelSync } from './channel-sync.ts';
export { renewChannels } from './rollback.ts';
export { sendToChannel } from './send.ts';
