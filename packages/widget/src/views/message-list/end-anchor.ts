/** Closer to the end than this counts as being there, px. */
const AT_END_PX = 40;
/** This many heights of the scroller are near the beginning. */
const NEAR_BEGINNING = 1.5;

/** A row that was on screen, and where. */
interface Anchor {
  readonly key: string;
  /** Distance of its upper edge from the upper edge of the scroller, px. */
  readonly top: number;
}

/**
 * Keeps a scroller at its end while the person is at the end, else keeps what they look at in its place,
 * whatever is added or grows above or below. Where nothing changes its size, nothing moves: what the pointer is on stays
 * under it. Rows are the children with a `data-key`, in order.
 */
export class EndAnchor {
  /** True while new rows are followed. */
  isPinned = true;
  readonly #scroller: () => HTMLElement | null;
  #lastTop = 0;
  /** How far the scroller could be scrolled when it was last brought to its end, px. */
  #lastEnd = 0;
  /** The topmost row on screen since the last scroll; null when the end is what counts. */
  #watched: Anchor | null = null;

  constructor(scroller: () => HTMLElement | null) {
    this.#scroller = scroller;
  }

  /**
   * To be called when the scroller was scrolled, and before rows change: the browser tells of a scroll with the next frame,
   * and what is done before must not undo it. Returns whether `isPinned` changed. Only going up lets go of the end: the
   * browser also reports a scroll when the content grows or the scroller shrinks.
   */
  handleScroll(): boolean {
    const scroller = this.#scroller();
    if (scroller === null) return false;
    const { scrollTop } = scroller;
    const wasPinned = this.isPinned;
    const end = endOf(scroller);
    if (end - scrollTop < AT_END_PX) {
      if (!wasPinned) this.#lastEnd = end;
      this.isPinned = true;
    } else if (scrollTop < this.#lastTop - 1) this.isPinned = false;
    // Without a scroll the row is still the one, wherever it was moved since by what grew.
    if (scrollTop !== this.#lastTop) this.#watch(scroller);
    this.#lastTop = scrollTop;
    return wasPinned !== this.isPinned;
  }

  /** To be called after rows or sizes changed. */
  restore(): void {
    const scroller = this.#scroller();
    if (scroller === null) return;
    if (this.isPinned) {
      const end = endOf(scroller);
      const isFar = end - scroller.scrollTop >= AT_END_PX;
      if (isFar || end !== this.#lastEnd) scroller.scrollTop = scroller.scrollHeight;
      this.#lastEnd = end;
    } else {
      const watched = this.#watched;
      const row = watched === null ? undefined : this.#rows().find(({ dataset }) => dataset['key'] === watched.key);
      if (watched === null || row === undefined || scroller.scrollTop !== this.#lastTop) this.#watch(scroller);
      else scroller.scrollTop += topIn(scroller, row) - watched.top;
    }
    this.#lastTop = scroller.scrollTop;
  }

  /** Whether all rows are on screen, or the person is up at the first ones. */
  isNearBeginning(): boolean {
    const scroller = this.#scroller();
    if (scroller === null) return false;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    return scrollHeight <= clientHeight || (!this.isPinned && scrollTop < NEAR_BEGINNING * clientHeight);
  }

  /** The key of the last row that is wholly on screen. */
  lastVisibleKey(): string | null {
    const scroller = this.#scroller();
    if (scroller === null) return null;
    const bottom = scroller.getBoundingClientRect().bottom + 1;
    const rows = this.#rows();
    const firstBelow = firstWhere(rows, (row) => row.getBoundingClientRect().bottom > bottom);
    const last = firstBelow === undefined ? rows.at(-1) : rows[rows.indexOf(firstBelow) - 1];
    return last?.dataset['key'] ?? null;
  }

  /** Goes to the end and stays there. */
  toEnd(): void {
    this.isPinned = true;
    this.#lastEnd = -1;
    this.restore();
  }

  #watch(scroller: HTMLElement): void {
    const top = scroller.getBoundingClientRect().top;
    const row = this.isPinned
      ? undefined
      : firstWhere(this.#rows(), (candidate) => candidate.getBoundingClientRect().bottom > top);
    const key = row?.dataset['key'];
    this.#watched = row === undefined || key === undefined ? null : { key, top: topIn(scroller, row) };
  }

  #rows(): HTMLElement[] {
    return [...(this.#scroller()?.querySelectorAll<HTMLElement>('[data-key]') ?? [])];
  }
}

/** How far `scroller` can be scrolled, px. */
function endOf({ scrollHeight, clientHeight }: HTMLElement): number {
  return scrollHeight - clientHeight;
}

/** Distance of the upper edge of `row` from the upper edge of `scroller`, px. */
function topIn(scroller: HTMLElement, row: HTMLElement): number {
  return row.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
}

/** The first of `rows` that meets `condition`, which the rows before it do not and all after it do. */
function firstWhere(rows: readonly HTMLElement[], condition: (row: HTMLElement) => boolean): HTMLElement | undefined {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (condition(rows[middle]!)) high = middle;
    else low = middle + 1;
  }
  return rows[low];
}
