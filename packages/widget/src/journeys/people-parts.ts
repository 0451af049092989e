import { defineElement } from '@seal-chat/ui';
import { SealPrivacy } from '../views/people/privacy.ts';
import { SealRequestBar } from '../views/people/request-bar.ts';
import { SealSideList } from '../views/people/side-list.ts';
import { SealVerify } from '../views/people/verify/verify.ts';

defineElement('seal-side-list', SealSideList);
defineElement('seal-request-bar', SealRequestBar);
defineElement('seal-privacy', SealPrivacy);
defineElement('seal-verify', SealVerify);
