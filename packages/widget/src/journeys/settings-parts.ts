import { defineElement } from '@seal-chat/ui';
import { SealIdentityNotice } from '../views/identity-notice/identity-notice.ts';
import { SealLinkNew } from '../views/linking/link-new.ts';
import { SealLinkOld } from '../views/linking/link-old.ts';
import { SealRecover } from '../views/recovery/recover.ts';
import { SealDevices } from '../views/settings/devices.ts';
import { SealSettings } from '../views/settings/settings.ts';
import { SealUnlock } from '../views/settings/unlock.ts';

defineElement('seal-link-new', SealLinkNew);
defineElement('seal-link-old', SealLinkOld);
defineElement('seal-recover', SealRecover);
defineElement('seal-identity-notice', SealIdentityNotice);
defineElement('seal-devices', SealDevices);
defineElement('seal-unlock', SealUnlock);
defineElement('seal-settings', SealSettings);
