import { enSignIn } from '../i18n/en-sign-in.ts';
import type { ShownStrings, SignInStrings } from '../i18n/strings.ts';
import { completeWith } from './complete-texts.ts';
import { SealView } from './seal-view.ts';

const signInStrings = completeWith<SignInStrings>(enSignIn);

/** A part of `<seal-chat>` that signing up or in shows. It brings its English texts with it. */
export abstract class SignInView extends SealView {
  protected override get strings(): ShownStrings & SignInStrings {
    return signInStrings(super.strings);
  }
}
