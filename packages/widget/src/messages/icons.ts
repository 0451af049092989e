import { svg, type TemplateResult } from 'lit';
import { icon } from '../icons.ts';

export const timerIcon: TemplateResult = icon(
  svg`<circle cx="12" cy="13" r="6.75" /><path d="M12 9.5V13l2.25 1.75M9.75 3.5h4.5" />`,
);
export const sharedIcon: TemplateResult = icon(
  svg`<path d="M4.5 17.5c.5-5 3.5-7.5 9-7.5M10 6l4.5 4-4.5 4" /><path d="M19.5 6v12" />`,
  24,
  'flip',
);
export const replyIcon: TemplateResult = icon(
  svg`<path d="M9.5 6L4.5 11l5 5M4.5 11H14a5.5 5.5 0 0 1 5.5 5.5V19" />`,
  24,
  'flip',
);
export const smileIcon: TemplateResult = icon(
  svg`<circle cx="12" cy="12" r="8" /><path d="M8.75 14.25a4.25 4.25 0 0 0 6.5 0M9.25 9.5v.6M14.75 9.5v.6" />`,
);
export const moreIcon: TemplateResult = icon(svg`<path d="M6 12v.1M12 12v.1M18 12v.1" stroke-width="2.5" />`);
export const editIcon: TemplateResult = icon(svg`<path d="M5 19l.9-3.9L15.5 5.5l3 3-9.6 9.6z" />`);
export const copyIcon: TemplateResult = icon(
  svg`<rect x="8.5" y="8.5" width="11" height="11" rx="2" /><path d="M15.5 5.5v-1h-11v11h1" />`,
);
export const deleteIcon: TemplateResult = icon(
  svg`<path d="M5 7h14M10 7V4.75h4V7M7 7l.75 12.25h8.5L17 7M10.25 10.5v5.5M13.75 10.5v5.5" />`,
);
