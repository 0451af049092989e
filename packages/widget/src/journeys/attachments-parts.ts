import { defineElement } from '@seal-chat/ui';
import { SealAttachments } from '../views/attachments/attachments.ts';

defineElement('seal-attachments', SealAttachments);
