import type { TemplateResult } from 'lit';
import { filledIcon, icon } from './icon.ts';

/** Icons of files that are there: looking at them, playing them, fetching them. */
export const fileIcon: TemplateResult = icon(
  'M6.5 2.75h4.75L15.5 7v8.75a1.5 1.5 0 0 1-1.5 1.5H6.5A1.5 1.5 0 0 1 5 15.75V4.25a1.5 1.5 0 0 1 1.5-1.5zM11 3v4.25h4.25',
);
export const playIcon: TemplateResult = filledIcon(
  'M6.5 4.6v10.8a.75.75 0 0 0 1.15.63l8.4-5.4a.75.75 0 0 0 0-1.26l-8.4-5.4a.75.75 0 0 0-1.15.63z',
);
export const pauseIcon: TemplateResult = filledIcon('M6 4h2.75v12H6zM11.25 4H14v12h-2.75z');
export const zoomInIcon: TemplateResult = icon(
  'M9 3.75a5.25 5.25 0 1 1 0 10.5 5.25 5.25 0 0 1 0-10.5zM12.8 12.8 16.5 16.5M6.75 9h4.5M9 6.75v4.5',
);
export const zoomOutIcon: TemplateResult = icon(
  'M9 3.75a5.25 5.25 0 1 1 0 10.5 5.25 5.25 0 0 1 0-10.5zM12.8 12.8 16.5 16.5M6.75 9h4.5',
);
export const refreshIcon: TemplateResult = icon('M16 6.75A6.75 6.75 0 1 0 16.75 10M16.5 3.25V7h-3.75');
