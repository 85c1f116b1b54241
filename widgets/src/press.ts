/** Drawing waits for a button that is held down: one that is replaced under the finger would never be pressed. */

/** Nobody holds a button longer; a release that nobody told of, such as one outside the window, must not stop the panel. */
const HELD_MS = 5_000;
/** From the release to the click that it becomes: on a touch screen that comes later, and by itself. */
const CLICK_MS = 80;

export class Press {
  private until = 0;
  private owed: ReturnType<typeof setTimeout> | undefined;

  /** `draw` is called for what was put off, as soon as the button is free. */
  constructor(
    content: HTMLElement,
    private readonly draw: () => void,
  ) {
    content.addEventListener("pointerdown", () => this.hold(HELD_MS));
    content.addEventListener("keydown", ({ key }) => key === " " && this.hold(HELD_MS));
    for (const type of ["click", "change"]) content.addEventListener(type, () => this.hold(0), true);
    for (const type of ["pointerup", "pointercancel", "keyup"]) addEventListener(type, () => this.until > 0 && this.hold(CLICK_MS));
  }

  /** Whether drawing has to wait. */
  putsOff(): boolean {
    clearTimeout(this.owed);
    const left = this.until - performance.now();
    this.owed = left > 0 ? setTimeout(this.draw, left) : undefined;
    return left > 0;
  }

  private hold(milliseconds: number): void {
    this.until = milliseconds > 0 ? performance.now() + milliseconds : 0;
    if (this.owed === undefined) return;
    clearTimeout(this.owed);
    this.owed = setTimeout(this.draw, milliseconds);
  }
}
