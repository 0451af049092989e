import { svg, type TemplateResult } from 'lit';
import { icon } from '../../../icons.ts';

export const attachIcon: TemplateResult = icon(
  svg`<path d="M18.5 11.5l-6.75 6.75a4.25 4.25 0 0 1-6-6L12.5 5.5a2.85 2.85 0 0 1 4 4L9.9 16.2a1.4 1.4 0 0 1-2-2l6.1-6.1" />`,
);
export const microphoneIcon: TemplateResult = icon(
  svg`<rect x="9" y="3.75" width="6" height="10.5" rx="3" /><path d="M5.75 11.5a6.25 6.25 0 0 0 12.5 0M12 17.75v2.75" />`,
);
