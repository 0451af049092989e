import type { TemplateResult } from 'lit';
import { icon } from './icon.ts';

/** Icons that many views share and the first one does without. */
export const closeIcon: TemplateResult = icon('M5 5l10 10M15 5 5 15');
export const searchIcon: TemplateResult = icon(
  'M9 3.75a5.25 5.25 0 1 1 0 10.5 5.25 5.25 0 0 1 0-10.5zM12.8 12.8 16.5 16.5',
);
export const checkIcon: TemplateResult = icon('M4 10.5l4 4 8-8.5');
export const nextIcon: TemplateResult = icon('M7.75 4.5 13.25 10l-5.5 5.5', 'flip');
