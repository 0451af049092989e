import { defineElement } from '../../internal/define.ts';
import { SealLinkNew } from './link-new.ts';
import { SealLinkOld } from './link-old.ts';

defineElement('seal-link-new', SealLinkNew);
defineElement('seal-link-old', SealLinkOld);
