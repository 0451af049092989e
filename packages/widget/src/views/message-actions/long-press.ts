/** A finger that rests this long asks for the menu, ms, unless it moves further than this, px. */
const LONG_PRESS_MS = 450;
const STILL_PX = 10;

/** Notices a finger that rests on a row of the list. */
export class LongPress {
  readonly #onPress: (row: HTMLElement) => void;
  #press: { readonly x: number; readonly y: number; readonly timer: ReturnType<typeof setTimeout> } | null = null;

  constructor(scroller: HTMLElement, onPress: (row: HTMLElement) => void) {
    this.#onPress = onPress;
    scroller.addEventListener('pointerdown', (event) => this.#begin(event));
    scroller.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel', 'scroll'] as const)
      scroller.addEventListener(end, () => this.end());
  }

  /** What was pressed until now does not count. */
  end(): void {
    clearTimeout(this.#press?.timer);
    this.#press = null;
  }

  #begin(event: PointerEvent): void {
    this.end();
    const row = (event.target as Element).closest<HTMLElement>('.message');
    if (event.pointerType !== 'touch' || row === null) return;
    const timer = setTimeout(() => this.#onPress(row), LONG_PRESS_MS);
    this.#press = { x: event.clientX, y: event.clientY, timer };
  }

  #move(event: PointerEvent): void {
    const press = this.#press;
    if (press !== null && Math.hypot(event.clientX - press.x, event.clientY - press.y) > STILL_PX) this.end();
  }
}
