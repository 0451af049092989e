/** Closer to the end than this counts as being there, px. */
const AT_END_PX = 40;
/** This many heights of the scroller are near the beginning. */
const NEAR_BEGINNING = 1.5;

/** A row that was on screen, and where. */
export interface Anchor {
  readonly key: string;
  /** Distance of its upper edge from the upper edge of the scroller, px. */
  readonly top: number;
}

/**
 * Keeps a scroller at its end while the person is at the end, else keeps what they look at in its place,
 * whatever is added above or below. Rows are the children with a `data-key`, in order.
 */
export class EndAnchor {
  /** True while new rows are followed. */
  isPinned = true;
  readonly #scroller: () => HTMLElement | null;
  #lastTop = 0;

  constructor(scroller: () => HTMLElement | null) {
    this.#scroller = scroller;
  }

  /**
   * To be called when the scroller was scrolled. Returns whether `isPinned` changed. Only going up lets go of the end:
   * the browser also reports a scroll when the content grows or the scroller shrinks.
   */
  handleScroll(): boolean {
    const scroller = this.#scroller();
    if (scroller === null) return false;
    const { scrollTop } = scroller;
    const wasPinned = this.isPinned;
    if (scroller.scrollHeight - scrollTop - scroller.clientHeight < AT_END_PX) this.isPinned = true;
    else if (scrollTop < this.#lastTop - 1) this.isPinned = false;
    this.#lastTop = scrollTop;
    return wasPinned !== this.isPinned;
  }

  /** To be called before rows change: the topmost row on screen, or `null` when the end is what counts. */
  capture(): Anchor | null {
    // The browser tells of a scroll with the next frame; what is done before must not undo it.
    this.handleScroll();
    const scroller = this.#scroller();
    if (scroller === null || this.isPinned) return null;
    const top = scroller.getBoundingClientRect().top;
    const row = firstWhere(this.#rows(), (candidate) => candidate.getBoundingClientRect().bottom > top);
    const key = row?.dataset['key'];
    return row === undefined || key === undefined ? null : { key, top: row.getBoundingClientRect().top - top };
  }

  /** To be called after rows changed, with what `capture` gave. */
  restore(anchor: Anchor | null): void {
    const scroller = this.#scroller();
    if (scroller === null) return;
    if (this.isPinned) {
      scroller.scrollTop = scroller.scrollHeight;
      return;
    }
    const row = anchor === null ? undefined : this.#rows().find((candidate) => candidate.dataset['key'] === anchor.key);
    if (row === undefined || anchor === null) return;
    scroller.scrollTop += row.getBoundingClientRect().top - scroller.getBoundingClientRect().top - anchor.top;
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
  toEnd(behavior: ScrollBehavior): void {
    const scroller = this.#scroller();
    if (scroller === null) return;
    const distance = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    this.isPinned = true;
    // A long way would be a blur: smooth only where the eye can follow.
    const isNear = distance < 3 * scroller.clientHeight;
    scroller.scrollTo({ top: scroller.scrollHeight, behavior: isNear ? behavior : 'instant' });
  }

  #rows(): HTMLElement[] {
    return [...(this.#scroller()?.querySelectorAll<HTMLElement>('[data-key]') ?? [])];
  }
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
