/** Work that is done with the page's next frame, once, however often it is asked for before that. */
export class NextFrame {
  private handle = 0;

  constructor(private readonly work: () => void) {}

  ask(): void {
    this.handle ||= requestAnimationFrame(() => {
      this.handle = 0;
      this.work();
    });
  }

  cancel(): void {
    cancelAnimationFrame(this.handle);
    this.handle = 0;
  }
}
