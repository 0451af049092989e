import type { TemplateResult } from 'lit';
import { icon } from './icon.ts';

/** Icons that many views share and the first one does without. */
export const closeIcon: TemplateResult = icon('M5 5l10 10M15 5 5 15');
export const searchIcon: TemplateResult = icon(
  'M9 3.75a5.25 5.25 0 1 1 0 10.5 5.25 5.25 0 0 1 0-10.5zM12.8 12.8 16.5 16.5',
);
export const checkIcon: TemplateResult = icon('M4 10.5l4 4 8-8.5');
export const nextIcon: TemplateResult = icon('M7.75 4.5 13.25 10l-5.5 5.5', 'flip');
export const copyIcon: TemplateResult = icon(
  'M9 7.25h6A1.75 1.75 0 0 1 16.75 9v6A1.75 1.75 0 0 1 15 16.75H9A1.75 1.75 0 0 1 7.25 15V9A1.75 1.75 0 0 1 9 7.25zM4.75 12.75a1.5 1.5 0 0 1-1.5-1.5V5A1.75 1.75 0 0 1 5 3.25h6.25a1.5 1.5 0 0 1 1.5 1.5',
);
export const downloadIcon: TemplateResult = icon('M10 3.25v9.25M5.75 8.5 10 12.75l4.25-4.25M4 16.5h12');
