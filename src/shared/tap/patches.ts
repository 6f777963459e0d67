// Reversible replacement of functions on objects that belong to somebody else (tfjs). Every change
// the tap makes goes through here, so that uninstalling is one call and leaves nothing behind.

/** Replaced properties, and how to put the original ones back. */
export class Patches {
  readonly #undo: (() => void)[] = [];

  /**
   * Replaces `target[key]` by what `make` returns. An inherited property is shadowed by an own one,
   * which `restore` deletes again.
   */
  replace<T extends object, K extends keyof T>(
    target: T,
    key: K,
    make: (original: T[K]) => T[K],
  ): void {
    const replacement = make(target[key]);
    this.define(target, key, { value: replacement, writable: true, configurable: true });
  }

  /** Defines an own property, keeping enumerability of what it replaces. */
  define(target: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
    const previous = Object.getOwnPropertyDescriptor(target, key);
    Object.defineProperty(target, key, {
      ...descriptor,
      configurable: true,
      enumerable: previous?.enumerable ?? false,
    });
    this.#undo.push(() => {
      if (previous === undefined) Reflect.deleteProperty(target, key);
      else Object.defineProperty(target, key, previous);
    });
  }

  /** Puts everything back, newest first. */
  restore(): void {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) undo();
  }
}
