import { enSocial } from '../i18n/en-social.ts';
import type { SocialStrings } from '../i18n/social-strings.ts';
import type { ShownStrings } from '../i18n/strings.ts';
import { completeWith } from './complete-texts.ts';
import { SealView } from './seal-view.ts';

/** `strings` with the texts around people: those of the language shown, else English. */
export const socialStrings = completeWith<SocialStrings>(enSocial);

/** A part of `<seal-chat>` around people. It is fetched when it is needed, and brings its English texts with it. */
export abstract class SocialView extends SealView {
  protected override get strings(): ShownStrings & SocialStrings {
    return socialStrings(super.strings);
  }
}
