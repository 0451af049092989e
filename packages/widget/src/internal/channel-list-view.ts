import type { ChannelListStrings } from '../i18n/channel-strings.ts';
import { enChannelList } from '../i18n/en-channel-list.ts';
import type { ShownStrings } from '../i18n/strings.ts';
import { completeWith } from './complete-texts.ts';
import { SealView } from './seal-view.ts';

/** `strings` with what the list and the head of a conversation say of channels: in the language shown, else in English. */
export const channelListStrings = completeWith<ChannelListStrings>(enChannelList);

/** A part of `<seal-chat>` that is there before any view around channels is, and leads to them. */
export abstract class ChannelListView extends SealView {
  protected override get strings(): ShownStrings & ChannelListStrings {
    return channelListStrings(super.strings);
  }
}
