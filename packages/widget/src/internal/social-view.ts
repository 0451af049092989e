import { enSocial } from '../i18n/en-social.ts';
import type { SocialStrings } from '../i18n/social-strings.ts';
import type { ShownStrings } from '../i18n/strings.ts';
import { SealView } from './seal-view.ts';

/** A part of `<seal-chat>` around people. It is fetched when it is needed, and brings its English texts with it. */
export abstract class SocialView extends SealView {
  protected override get strings(): ShownStrings & SocialStrings {
    return socialStrings(super.strings);
  }
}

/** Tables that were completed before. */
const complete: WeakMap<ShownStrings, ShownStrings & SocialStrings> = new WeakMap();

/** `strings` with the texts around people: those of the language shown, else English. */
export function socialStrings(strings: ShownStrings): ShownStrings & SocialStrings {
  let found = complete.get(strings);
  if (found === undefined) complete.set(strings, (found = { ...enSocial, ...strings }));
  return found;
}
