/** Entries beyond which those that are gone are struck off; a map of fewer is not worth a look. */
const fewest = 64;

/** Values by name for as long as somebody else holds them. */
export class HeldElsewhere<V extends object> {
  private readonly references = new Map<string, WeakRef<V>>();
  private limit = fewest;

  set(name: string, value: V): void {
    this.references.set(name, new WeakRef(value));
    if (this.references.size <= this.limit) return;
    for (const [known, reference] of this.references)
      if (reference.deref() === undefined) this.references.delete(known);
    this.limit = Math.max(fewest, 2 * this.references.size);
  }

  get(name: string): V | undefined {
    return this.references.get(name)?.deref();
  }
}
