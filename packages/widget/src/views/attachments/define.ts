import { defineElement } from '../../internal/define.ts';
import { SealAttachments } from './attachments.ts';

defineElement('seal-attachments', SealAttachments);
