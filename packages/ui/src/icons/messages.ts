import type { TemplateResult } from 'lit';
import { icon } from './icon.ts';

/** Icons of messages, and of what is written next. */
export const replyIcon: TemplateResult = icon(
  'M7.75 4.75 3.25 9.25l4.5 4.5M3.75 9.25h7.75a5.25 5.25 0 0 1 5.25 5.25v1',
  'flip',
);
export const forwardIcon: TemplateResult = icon(
  'M12.25 4.75l4.5 4.5-4.5 4.5M16.25 9.25H8.5a5.25 5.25 0 0 0-5.25 5.25v1',
  'flip',
);
export const editIcon: TemplateResult = icon(
  'M3.75 16.25l.75-3.25 8.25-8.25a1.65 1.65 0 0 1 2.35 0l.15.15a1.65 1.65 0 0 1 0 2.35L7 15.5z',
);
export const timerIcon: TemplateResult = icon('M10 5.25a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM10 8.25v3l1.75 1.25M8 2.5h4');
