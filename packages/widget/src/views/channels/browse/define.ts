import { defineElement } from '../../../internal/define.ts';
import { SealBrowseChannels } from './browse-channels.ts';

defineElement('seal-browse-channels', SealBrowseChannels);
