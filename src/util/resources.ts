/** Things that hold memory of a device or the device itself, and how those that belong together are freed together. */

/** Holds memory until it is freed, by `using` or by `destroy`, which are the same; the second time does nothing. */
export interface Resource extends Disposable {
  /** Frees what it holds. */
  destroy(): void;
  /** As `destroy`, at the end of the block of a `using`. */
  [Symbol.dispose](): void;
}

/** As WebGPU's own objects: freed by hand alone. */
interface Destroyable {
  destroy(): void;
}

/**
 * What has been made so far of something that consists of several resources. Declared with `using`, it frees them where making
 * the rest throws; `move` hands them over to what was made. It is what `DisposableStack` is in newer engines.
 */
export class ResourceStack implements Resource {
  #frees: (() => void)[] = [];

  /** Takes a resource over. */
  use<T extends Disposable | Destroyable | undefined>(resource: T): T {
    if (resource !== undefined)
      this.#frees.push(() => {
        if ('destroy' in resource) resource.destroy();
        else resource[Symbol.dispose]();
      });
    return resource;
  }

  /** Takes over everything that this one holds, which then holds nothing. */
  move(): ResourceStack {
    const moved = new ResourceStack();
    moved.#frees = this.#frees;
    this.#frees = [];
    return moved;
  }

  /** Frees the youngest first. */
  destroy(): void {
    const frees = this.#frees;
    this.#frees = [];
    for (const free of frees.reverse()) free();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** The two methods of a resource, for records that own what another one holds. */
export function freedBy(held: Destroyable): Resource {
  const destroy = () => {
    held.destroy();
  };
  return { destroy, [Symbol.dispose]: destroy };
}
