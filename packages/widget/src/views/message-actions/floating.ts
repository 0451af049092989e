/** Space kept to the edges of the window, px. */
const MARGIN = 8;

/** Puts a popover that is shown next to `anchor`: below it, above where there is no room. Set as properties, which a strict CSP allows. */
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

/** Which of `items` the focus goes to with `key`; also across, as rows may stand beside each other. */
export function focusByKey(event: KeyboardEvent, items: readonly HTMLElement[], columns = 1): boolean {
  const index = items.indexOf(event.target as HTMLElement);
  if (index < 0) return false;
  const isRtl = (event.target as HTMLElement).matches(':dir(rtl)');
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: columns,
    ArrowUp: -columns,
    ArrowRight: isRtl ? -1 : 1,
    ArrowLeft: isRtl ? 1 : -1,
    Home: -index,
    End: items.length - 1 - index,
  };
  const step = steps[event.key];
  if (step === undefined) return false;
  event.preventDefault();
  event.stopPropagation();
  const last = items.length - 1;
  const wanted = index + step;
  // A menu goes round; a grid ends at its edges.
  const target = columns === 1 ? (wanted + items.length) % items.length : Math.max(0, Math.min(wanted, last));
  items[target]?.focus();
  return true;
}
