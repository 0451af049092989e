import { defineElement } from '../../../internal/define.ts';
import { SealInvitations } from './invitations.ts';
import { SealNewMenu } from './new-menu.ts';

defineElement('seal-invitations', SealInvitations);
defineElement('seal-new-menu', SealNewMenu);
