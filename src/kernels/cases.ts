/**
 * Every kernel family with its reference and cases, of the files `<family>.cases.ts` in the folders of the groups. What concerns all
 * families goes by this list: the tests that compile every kernel, run it and compare its bindings with its text, the table in
 * `docs/kernels.md`, and `fool bench kernels`, which checks kernels before it times them. For tests and the bench alone: the
 * library is built without it.
 */
import type { Kernel } from '../gpu/kernel.ts';
import type { FamilyCases } from './case.ts';
import type { KernelFamily } from './family.ts';
import type { Operands, Reference } from './reference.ts';

/** By file, in the order of their names. A file without the family's cases as its default export has undefined here. */
const files = import.meta.glob<FamilyCases | undefined>('./*/*.cases.ts', { eager: true, import: 'default' });

export const familyCases: readonly FamilyCases[] = Object.entries(files).map(([file, cases]) => {
  if (!cases)
    throw new Error(`src/kernels/${file.slice(2)}: the cases of the family are to be its default export`);
  return cases;
});

/** By name. */
export const families: Readonly<Record<string, KernelFamily>> = Object.fromEntries(
  familyCases.map(({ family }) => [family.name, family]),
);

/** The reference of what a kernel's entry point computes, or undefined where its family is not one of ours. */
export function referenceOf({
  family,
  entryPoint,
}: Pick<Kernel, 'family' | 'entryPoint'>): Reference | undefined {
  const entries = familyCases.find((one) => one.family.name === family)?.reference;
  return entries?.[entryPoint] ?? entries?.['variants'];
}

/** What a reference knows of a kernel: its constants, and those of its tile. */
export const constantsOf = ({
  constants,
  specialisation,
}: Pick<Kernel, 'constants' | 'specialisation'>): Operands['constants'] => ({
  ...specialisation?.tile,
  ...constants,
});
