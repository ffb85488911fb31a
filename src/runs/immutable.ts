/** What a schema infers may be written to; what a file holds is read. */

/** The same with nothing that may be changed, all the way down. */
export type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;
