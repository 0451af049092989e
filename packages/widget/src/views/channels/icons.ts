import { svg, type TemplateResult } from 'lit';
import { icon } from '../../icons.ts';

export const newIcon: TemplateResult = icon(svg`<path d="M12 5.5v13M5.5 12h13" />`);
export const personIcon: TemplateResult = icon(
  svg`<circle cx="12" cy="8.25" r="3.5" /><path d="M5 19.5c.7-3.6 3.5-5.25 7-5.25s6.3 1.65 7 5.25" />`,
);
export const hashIcon: TemplateResult = icon(
  svg`<path d="M9.5 4.5L7.5 19.5M16.5 4.5l-2 15M4.5 9.25h15M4.5 14.75h15" />`,
);
export const searchMoreIcon: TemplateResult = icon(
  svg`<path d="M4.5 6.5h15M4.5 11.5h5.5M4.5 16.5h5.5" /><circle cx="15.5" cy="14.5" r="3.25" /><path d="M18 17l2.25 2.25" />`,
);
export const infoIcon: TemplateResult = icon(svg`<circle cx="12" cy="12" r="8" /><path d="M12 11.25v5M12 7.9v.1" />`);
export const mutedIcon: TemplateResult = icon(
  svg`<path d="M18.5 15.5H6.5c1-1.25 1.5-2.5 1.5-5.5 0-.7.15-1.35.4-1.9M10.5 6.3A4 4 0 0 1 16 10c0 1 .05 1.9.2 2.6M10.5 18.5a1.75 1.75 0 0 0 3 0M4.5 4.5l15 15" />`,
);
export const timerIcon: TemplateResult = icon(
  svg`<circle cx="12" cy="13" r="6.75" /><path d="M12 9.5V13l2.25 1.75M9.75 3.5h4.5" />`,
);
export const moreIcon: TemplateResult = icon(svg`<path d="M6 12v.1M12 12v.1M18 12v.1" stroke-width="2.5" />`);
