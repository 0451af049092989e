import type { CSSResult } from 'lit';

/** Adds style sheets to those of a view: of parts that were loaded after it was rendered. */
export function adoptStyles(root: ShadowRoot, styles: readonly CSSResult[]): void {
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...styles.map((sheet) => sheet.styleSheet!)];
}
