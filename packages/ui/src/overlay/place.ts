/** Space kept to the edges of the window, px. */
const MARGIN = 8;

/**
 * Puts a popover that is shown next to `anchor`: below it, above where there is no room. `isAtEnd` aligns their right
 * edges instead of the left ones. Set as properties, which a strict content security policy allows.
 */
export function placeBeside(popover: HTMLElement, anchor: DOMRect, isAtEnd: boolean): void {
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = anchor.bottom + 4;
  const top = below + height + MARGIN <= innerHeight ? below : anchor.top - height - 4;
  const left = isAtEnd ? anchor.right - width : anchor.left;
  popover.style.setProperty('top', `${clamp(top, innerHeight - height)}px`);
  popover.style.setProperty('left', `${clamp(left, innerWidth - width)}px`);
}

function clamp(value: number, most: number): number {
  return Math.max(MARGIN, Math.min(value, most - MARGIN));
}
