import type { TemplateResult } from 'lit';
import { icon } from './icon.ts';

/** Icons of the menu of a message. */
export const emojiIcon: TemplateResult = icon(
  'M10 2.75a7.25 7.25 0 1 1 0 14.5 7.25 7.25 0 0 1 0-14.5zM6.9 11.6a3.6 3.6 0 0 0 6.2 0M7.5 7.75v.4M12.5 7.75v.4',
);
export const moreIcon: TemplateResult = icon('M4.75 10h.01M10 10h.01M15.25 10h.01', '', 2.25);
export const deleteIcon: TemplateResult = icon(
  'M3.75 5.5h12.5M7.5 5.5V4.25a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1V5.5M5.25 5.5l.6 9.9a1.5 1.5 0 0 0 1.5 1.35h5.3a1.5 1.5 0 0 0 1.5-1.35l.6-9.9',
);
