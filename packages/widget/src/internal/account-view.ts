import { enAccount } from '../i18n/en-account.ts';
import type { AccountStrings, ShownStrings } from '../i18n/strings.ts';
import { SealView } from './seal-view.ts';

/** A part of `<seal-chat>` around the account. It is fetched when it is shown, and brings its English texts with it. */
export abstract class AccountView extends SealView {
  protected override get strings(): ShownStrings & AccountStrings {
    return { ...enAccount, ...super.strings };
  }
}
