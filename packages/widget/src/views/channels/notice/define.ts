import { defineElement } from '../../../internal/define.ts';
import { SealChannelNotice } from './channel-notice.ts';

defineElement('seal-channel-notice', SealChannelNotice);
