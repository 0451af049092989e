import type { CSSResult } from 'lit';
import { defineElement } from '@seal-chat/ui';
import { SealDetails } from '../views/channels/details/details.ts';
import { SealNewMenu } from '../views/channels/list/new-menu.ts';
import { extrasStyles } from '../views/composer/extras/extras.styles.ts';
import { toastStyles } from '../views/message-list/toast.styles.ts';
import { SealPeopleSearch } from '../views/people-search/people-search.ts';
import { richStyles } from '../views/rich/rich.styles.ts';

defineElement('seal-people-search', SealPeopleSearch);
defineElement('seal-new-menu', SealNewMenu);
defineElement('seal-details', SealDetails);

/** Style sheets that the message list and the composer adopt for the parts below. */
export const listStyles: readonly CSSResult[] = [richStyles, toastStyles];
export const extraStyles: readonly CSSResult[] = [extrasStyles];

export { rowPreview, rowSigns } from '../views/channels/list/row.ts';
export { Extras } from '../views/composer/extras/extras.ts';
export { MessageTriggers } from '../views/message-actions/message-triggers.ts';
export { Toast } from '../views/message-list/toast.ts';
export { richParts } from '../views/rich/rich-parts.ts';
