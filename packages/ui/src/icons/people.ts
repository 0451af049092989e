import type { TemplateResult } from 'lit';
import { icon } from './icon.ts';

/** Icons of what a person decides about chats and people. */
export const blockIcon: TemplateResult = icon('M10 2.75a7.25 7.25 0 1 1 0 14.5 7.25 7.25 0 0 1 0-14.5zM5 5l10 10');
export const pinIcon: TemplateResult = icon('M7.25 3.25h5.5M8 3.25 7.5 8.5 5 11.25h10L12.5 8.5 12 3.25M10 11.25v5.5');
export const archiveIcon: TemplateResult = icon(
  'M4.25 4h11.5a1 1 0 0 1 1 1v2.25H3.25V5a1 1 0 0 1 1-1zM4.25 7.25v7.25a1.5 1.5 0 0 0 1.5 1.5h8.5a1.5 1.5 0 0 0 1.5-1.5V7.25M8.25 10.25h3.5',
);
export const eyeIcon: TemplateResult = icon(
  'M2.5 10S5.25 4.75 10 4.75 17.5 10 17.5 10 14.75 15.25 10 15.25 2.5 10 2.5 10zM10 7.75a2.25 2.25 0 1 1 0 4.5 2.25 2.25 0 0 1 0-4.5z',
);
export const scanIcon: TemplateResult = icon(
  'M3.5 7V5A1.5 1.5 0 0 1 5 3.5h2M13 3.5h2A1.5 1.5 0 0 1 16.5 5v2M16.5 13v2a1.5 1.5 0 0 1-1.5 1.5h-2M7 16.5H5A1.5 1.5 0 0 1 3.5 15v-2M6.5 10h7',
);
