import type { TemplateResult } from 'lit';
import { icon } from './icon.ts';

/** Icons of channels, their members and what can be set for them. */
export const composeIcon: TemplateResult = icon(
  'M10 3.5H5.5a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h9a2 2 0 0 0 2-2V10M8 12l.5-2.5 6.6-6.6a1.4 1.4 0 0 1 2 2l-6.6 6.6z',
);
export const personIcon: TemplateResult = icon(
  'M10 3.25a3.25 3.25 0 1 1 0 6.5 3.25 3.25 0 0 1 0-6.5zM3.75 16.75a6.25 6.25 0 0 1 12.5 0',
);
export const hashIcon: TemplateResult = icon('M8.25 3.5 6.75 16.5M13.25 3.5 11.75 16.5M4 7.5h12.75M3.25 12.5H16');
export const listIcon: TemplateResult = icon(
  'M7 5.25h9.75M7 10h9.75M7 14.75h9.75M3.5 5.25h.01M3.5 10h.01M3.5 14.75h.01',
  'flip',
);
export const infoIcon: TemplateResult = icon(
  'M10 2.75a7.25 7.25 0 1 1 0 14.5 7.25 7.25 0 0 1 0-14.5zM10 9.25v4.25M10 6.5v.05',
);
export const mutedIcon: TemplateResult = icon(
  'M5.5 9.5V8.25a4.5 4.5 0 0 1 7.6-3.25M14.5 8.5c0 3.5 1.75 4.75 1.75 4.75H7.5M8.25 16a1.85 1.85 0 0 0 3.5 0M3.25 16.75 16.75 3.25',
);
