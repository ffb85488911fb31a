/** What a pickle is made of, and what it may use from outside. */

/** A value of a pickle; `T` are the objects that the host makes. */
export type PickleValue<T> =
  | null
  | boolean
  | number
  | bigint
  | string
  | { readonly kind: 'tuple'; readonly items: readonly PickleValue<T>[] }
  | { readonly kind: 'list'; readonly items: PickleValue<T>[] }
  /** In the order of insertion; keys are compared as JavaScript does. */
  | { readonly kind: 'dict'; readonly entries: Map<PickleValue<T>, PickleValue<T>> }
  /** An object of Python's that means nothing here. */
  | { readonly kind: 'opaque'; readonly name: string }
  | PickleGlobal<T>;

/** What a name of Python's stands for. */
export type PickleGlobal<T> =
  | { readonly kind: 'object'; readonly made: T }
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly call: (args: readonly PickleValue<T>[]) => PickleValue<T>;
    }
  /** Perhaps a class; the reader does not know. */
  | { readonly kind: 'unknown'; readonly name: string };

/** What the pickle may use from outside. */
export interface PickleHost<T> {
  /** What the name "module.name" stands for; undefined where it is not known: the caller refuses the file. */
  readonly global: (name: string) => PickleGlobal<T> | undefined;
  /** The object that the pickle's writer kept elsewhere, by the id that it was given. */
  readonly persistent: (id: PickleValue<T>) => PickleValue<T>;
}

type Kind<T> = Extract<PickleValue<T>, { kind: string }>['kind'];

/** Whether a value is of a kind; for primitives, never. */
export function isKind<T, K extends Kind<T>>(
  value: PickleValue<T> | undefined,
  kind: K,
): value is Extract<PickleValue<T>, { kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}
