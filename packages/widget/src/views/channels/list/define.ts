import { defineElement } from '../../../internal/define.ts';
import { SealPeopleSearch } from '../../people-search/people-search.ts';
import { SealInvitations } from './invitations.ts';
import { SealNewMenu } from './new-menu.ts';

// What stands around the list of conversations and in its rows, in one file: a person who is signed in needs all of it.
defineElement('seal-people-search', SealPeopleSearch);
defineElement('seal-invitations', SealInvitations);
defineElement('seal-new-menu', SealNewMenu);

export { rowPreview, rowSigns } from './row.ts';
