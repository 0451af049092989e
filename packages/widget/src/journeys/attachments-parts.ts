import { defineElement } from '../internal/define.ts';
import { SealAttachments } from '../views/attachments/attachments.ts';

defineElement('seal-attachments', SealAttachments);
