import type { TemplateResult } from 'lit';
import { icon } from './icon.ts';

/** Icons around the account and its devices. */
export const deviceIcon: TemplateResult = icon(
  'M5 4.25h10a1.5 1.5 0 0 1 1.5 1.5v7h-13v-7A1.5 1.5 0 0 1 5 4.25zM1.75 15.75h16.5',
);
export const passkeyIcon: TemplateResult = icon(
  'M7.5 3.25a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM2.75 16.25a4.8 4.8 0 0 1 7.25-4.1M14.25 8.75a2.5 2.5 0 0 1 1 4.8v3.2l-1 .75-1-.75v-3.2a2.5 2.5 0 0 1 1-4.8z',
);
export const verifiedIcon: TemplateResult = icon(
  'M10 2.75l5.75 2.1v4.65c0 3.55-2.35 6.2-5.75 7.75-3.4-1.55-5.75-4.2-5.75-7.75V4.85zM7.35 9.9l1.85 1.85 3.45-3.6',
);
export const changedIcon: TemplateResult = icon(
  'M10 2.75l5.75 2.1v4.65c0 3.55-2.35 6.2-5.75 7.75-3.4-1.55-5.75-4.2-5.75-7.75V4.85zM10 6.75v3.75M10 13v.05',
);
