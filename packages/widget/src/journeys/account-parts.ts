import { defineElement } from '@seal-chat/ui';
import { SealIdentityNotice } from '../views/identity-notice/identity-notice.ts';
import { SealLinkNew } from '../views/linking/link-new.ts';
import { SealLinkOld } from '../views/linking/link-old.ts';
import { SealRecover } from '../views/recovery/recover.ts';
import { SealRecoveryCode } from '../views/recovery/recovery-code.ts';
import { SealSettings } from '../views/settings/settings.ts';
import { SealSignIn } from '../views/sign-in/sign-in.ts';

defineElement('seal-link-new', SealLinkNew);
defineElement('seal-link-old', SealLinkOld);
defineElement('seal-recovery-code', SealRecoveryCode);
defineElement('seal-recover', SealRecover);
defineElement('seal-identity-notice', SealIdentityNotice);
defineElement('seal-settings', SealSettings);
defineElement('seal-sign-in', SealSignIn);
