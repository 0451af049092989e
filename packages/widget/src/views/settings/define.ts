import { defineElement } from '../../internal/define.ts';
import { SealSettings } from './settings.ts';

defineElement('seal-settings', SealSettings);
