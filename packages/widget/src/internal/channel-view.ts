import type { ChannelStrings } from '../i18n/channel-strings.ts';
import { enChannels } from '../i18n/en-channels.ts';
import type { ShownStrings } from '../i18n/strings.ts';
import { SealView } from './seal-view.ts';

/** A part of `<seal-chat>` around channels. It is fetched when it is needed, and brings its English texts with it. */
export abstract class ChannelView extends SealView {
  protected override get strings(): ShownStrings & ChannelStrings {
    return channelStrings(super.strings);
  }
}

/** Tables that were completed before: every row of the list asks for one whenever anything changes. */
const complete: WeakMap<ShownStrings, ShownStrings & ChannelStrings> = new WeakMap();

/** `strings` with the texts around channels: those of the language shown, else English. */
export function channelStrings(strings: ShownStrings): ShownStrings & ChannelStrings {
  let found = complete.get(strings);
  if (found === undefined) complete.set(strings, (found = { ...enChannels, ...strings }));
  return found;
}
