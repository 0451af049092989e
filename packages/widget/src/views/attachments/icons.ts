import { svg, type TemplateResult } from 'lit';
import { icon } from '../../icons.ts';

export const fileIcon: TemplateResult = icon(svg`<path d="M6.5 3.75h7l4.5 4.5v12h-11.5zM13.25 3.75v4.75H18" />`);
export const downloadIcon: TemplateResult = icon(svg`<path d="M12 4.5v10.5M7 10.5l5 5 5-5M5 19.5h14" />`);
export const playIcon: TemplateResult = icon(svg`<path d="M8.5 5.5l10 6.5-10 6.5z" fill="currentColor" />`);
export const pauseIcon: TemplateResult = icon(svg`<path d="M8.5 6v12M15.5 6v12" stroke-width="3" />`);
export const zoomIcon: TemplateResult = icon(
  svg`<circle cx="11" cy="11" r="6.25" /><path d="M16 16l4 4M8.5 11h5M11 8.5v5" />`,
);
export const fitIcon: TemplateResult = icon(svg`<circle cx="11" cy="11" r="6.25" /><path d="M16 16l4 4M8.5 11h5" />`);
export const previousIcon: TemplateResult = icon(svg`<path d="M15 5l-7 7 7 7" />`, 24, 'flip');
export const nextIcon: TemplateResult = icon(svg`<path d="M9 5l7 7-7 7" />`, 24, 'flip');
export const retryIcon: TemplateResult = icon(svg`<path d="M19 12a7 7 0 1 1-2.1-5M17.5 3.5V7.25h-3.75" />`);
