import { defineElement } from '../../internal/define.ts';
import { SealIdentityNotice } from './identity-notice.ts';

defineElement('seal-identity-notice', SealIdentityNotice);
