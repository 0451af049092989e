import type { ChannelStrings } from '../i18n/channel-strings.ts';
import { enChannels } from '../i18n/en-channels.ts';
import type { ShownStrings } from '../i18n/strings.ts';
import { completeWith } from './complete-texts.ts';
import { SealView } from './seal-view.ts';

/** `strings` with the texts around channels: those of the language shown, else English. */
const channelStrings = completeWith<ChannelStrings>(enChannels);

/** A part of `<seal-chat>` around channels. It is fetched when it is needed, and brings its English texts with it. */
export abstract class ChannelView extends SealView {
  protected override get strings(): ShownStrings & ChannelStrings {
    return channelStrings(super.strings);
  }
}
