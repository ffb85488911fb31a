/**
 * A kernel family as one value: its shaders, its entry points with what they bind, and its variants. What concerns all
 * kernels is derived from these values: see `index.ts`.
 */
import type { Access, Binding, Choice, Kernel, Launch, Workgroups } from '../gpu/kernel.ts';
import type { Specialisation } from '../wgsl/specialise.ts';
import type { Variant } from './tuning/variant.ts';

/** An entry point of a family's shader, and what it binds. */
export interface EntryPoint {
  /** Key of the family's `shaders`; default: the family's name. */
  readonly shader?: string;
  /** By the names of the shader's variables, in the order of their numbers; a test compares them with its text. */
  readonly bindings: Readonly<Record<string, Binding>>;
}

/** One computation: its shaders, what they bind, and its variants. */
export interface KernelFamily {
  readonly name: string;
  /** Folder of its files in `shaders` and `src/kernels`. */
  readonly group: 'conv2d' | 'matmul' | 'layers' | 'image' | 'genome' | 'ascent';
  /** In a few words, for the table of kernels in `docs/kernels.md`. */
  readonly computes: string;
  /** Texts by the names of their files without `.wgsl`. */
  readonly shaders: Readonly<Record<string, string>>;
  readonly entries: Readonly<Record<string, EntryPoint>>;
  /** Absent where one variant serves every adapter; else one of them is `plain`, the definition. */
  readonly variants?: readonly Variant[];
}

const binding = (number: number, access: Access, reads: boolean, writes: boolean): Binding => ({
  binding: number,
  access,
  reads,
  writes,
});

/** `var<storage, read>`. */
export const read = (number: number): Binding => binding(number, 'read', true, false);

/** `var<uniform>`. */
export const uniform = (number: number): Binding => binding(number, 'uniform', true, false);

/** `var<storage, read_write>` that is written without being read: a result. */
export const write = (number: number): Binding => binding(number, 'read_write', false, true);

/** `var<storage, read_write>` that is changed. */
export const readWrite = (number: number): Binding => binding(number, 'read_write', true, true);

/** `var<storage, read_write>` that this entry point leaves as it is, since another one of the shader writes it. */
export const onlyRead = (number: number): Binding => binding(number, 'read_write', true, false);

/** A binding that is there where the shader is linked with this library. */
export const inLibrary = <Library extends string>(
  library: Library,
  declared: Binding,
): Binding & { readonly library: Library } => ({ ...declared, library });

/** Entry points of the ways to compute the same: each may be in a shader of its own, all bind the same. */
export function entriesOf<Ways extends Readonly<Record<string, { readonly shader: string }>>, B>(
  ways: Ways,
  bindings: B,
): { readonly [Way in keyof Ways]: { readonly shader: string; readonly bindings: B } } {
  const entries = Object.entries(ways).map(([way, { shader }]) => [way, { shader, bindings }]);
  return Object.fromEntries(entries) as ReturnType<typeof entriesOf<Ways, B>>;
}

/** Bindings of an entry point by the names of the shader's variables. */
export type Bindings<F extends KernelFamily, E extends keyof F['entries']> = F['entries'][E]['bindings'];

/** Names that any of several entry points binds. */
type AnyOf<B> = B extends unknown ? keyof B & string : never;

/** Of one entry point what a library declares, of several what not all of them bind. */
export type OptionalOf<B> =
  | Exclude<AnyOf<B>, keyof B>
  | { [Name in keyof B & string]: B[Name] extends { readonly library: string } ? Name : never }[keyof B &
      string];

/** A launch of an entry point, or of one of several, with the names of its bindings. */
export type LaunchOf<F extends KernelFamily, E extends keyof F['entries']> = Launch<
  Exclude<keyof Bindings<F, E> & string, OptionalOf<Bindings<F, E>>>,
  OptionalOf<Bindings<F, E>>
>;

/** Names of a family's entry points. */
export type EntryOf<F extends KernelFamily> = keyof F['entries'] & string;

/** What a launch has beside its family and entry point. */
export interface LaunchSettings {
  readonly variant: string;
  readonly specialisation?: Specialisation;
  readonly constants: Readonly<Record<string, number>>;
  readonly workgroups: Workgroups;
  readonly choice?: Choice;
  readonly flops: number;
  readonly bytes: number;
}

export function launchOf<F extends KernelFamily, E extends EntryOf<F>>(
  family: F,
  entryPoint: E,
  { variant, specialisation, constants, ...launch }: LaunchSettings,
): LaunchOf<F, E> {
  const entry: EntryPoint | undefined = family.entries[entryPoint];
  const source = family.shaders[entry?.shader ?? family.name];
  if (!entry || source === undefined) throw new Error(`${family.name} has no entry point ${entryPoint}`);
  const kernel: Kernel = {
    family: family.name,
    variant,
    source,
    ...(specialisation && { specialisation }),
    entryPoint,
    constants,
  };
  const linked = Object.values(specialisation?.libraries ?? {});
  const bindings = Object.fromEntries(
    Object.entries(entry.bindings).filter(
      ([, { library }]) => library === undefined || linked.includes(library),
    ),
  );
  return { kernel, bindings: bindings as LaunchOf<F, E>['bindings'], ...launch };
}
