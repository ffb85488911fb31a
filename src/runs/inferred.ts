/** Types of records, inferred from the schemas by which they are checked when they are read. */
import type { z } from 'zod';

/** What a schema lets through; nobody changes a record. */
export type Inferred<Schema extends z.ZodType> = DeepReadonly<z.output<Schema>>;

type DeepReadonly<T> = { readonly [Key in keyof T]: DeepReadonly<T[Key]> };
