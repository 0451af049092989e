import type { TemplateResult } from 'lit';
import { icon } from './icon.ts';

/** Icons of what is shown first: the frame, the list, the messages and the composer. */
export const backIcon: TemplateResult = icon('M12.25 4.5 6.75 10l5.5 5.5', 'flip');
export const sendIcon: TemplateResult = icon('M10 16V4.5M4.75 9.5 10 4.25l5.25 5.25');
export const downIcon: TemplateResult = icon('M4.5 7.5 10 13l5.5-5.5');
export const lockIcon: TemplateResult = icon(
  'M6 9h8a1.75 1.75 0 0 1 1.75 1.75v4.5A1.75 1.75 0 0 1 14 17H6a1.75 1.75 0 0 1-1.75-1.75v-4.5A1.75 1.75 0 0 1 6 9zM6.75 9V6.25a3.25 3.25 0 0 1 6.5 0V9',
);
export const settingsIcon: TemplateResult = icon(
  'M3.25 6.25h6.5M14.25 6.25h2.5M3.25 13.75h2.5M10.25 13.75h6.5M12 4a2.25 2.25 0 1 1 0 4.5A2.25 2.25 0 0 1 12 4zM8 11.5a2.25 2.25 0 1 1 0 4.5 2.25 2.25 0 0 1 0-4.5z',
);
export const warningIcon: TemplateResult = icon(
  'M8.9 4.1 2.95 14.4A1.25 1.25 0 0 0 4 16.25h12a1.25 1.25 0 0 0 1.05-1.85L11.1 4.1a1.25 1.25 0 0 0-2.2 0zM10 8v3.5M10 13.7v.05',
);
