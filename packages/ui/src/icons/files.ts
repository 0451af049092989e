import type { TemplateResult } from 'lit';
import { icon } from './icon.ts';

/** Icons of what is put into a message. */
export const attachIcon: TemplateResult = icon(
  'M16.25 9.4l-6 6a3.7 3.7 0 0 1-5.3-5.2l6.3-6.3a2.5 2.5 0 0 1 3.5 3.5l-6.3 6.3A1.25 1.25 0 0 1 6.7 11.95L12.25 6.4',
);
export const microphoneIcon: TemplateResult = icon(
  'M10 2.75a2.75 2.75 0 0 1 2.75 2.75v4a2.75 2.75 0 0 1-5.5 0v-4A2.75 2.75 0 0 1 10 2.75zM4.75 9.5a5.25 5.25 0 0 0 10.5 0M10 14.75v2.5',
);
