/** Which of `items` the focus goes to with `key`; also across, where items are in columns. */
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
