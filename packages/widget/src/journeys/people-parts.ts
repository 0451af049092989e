import { html, type TemplateResult } from 'lit';
import { defineElement, pinIcon } from '@seal-chat/ui';
import { SealListDoors } from '../views/people/list-doors.ts';
import { SealPrivacy } from '../views/people/privacy.ts';
import { SealRequestBar } from '../views/people/request-bar.ts';
import { SealSideList } from '../views/people/side-list.ts';
import { SealVerify } from '../views/people/verify/verify.ts';

defineElement('seal-list-doors', SealListDoors);
defineElement('seal-side-list', SealSideList);
defineElement('seal-request-bar', SealRequestBar);
defineElement('seal-privacy', SealPrivacy);
defineElement('seal-verify', SealVerify);

export { shield } from '../people/shield.ts';
export { CollapsedMessages } from '../views/people/collapsed.ts';
export { DeviceLines } from '../views/people/device-lines.ts';

/** The sign of a pinned chat in the list. */
export const pinSign: TemplateResult = html`<span class="sign">${pinIcon}</span>`;
