/** A launch of everything that is compiled: every entry point of every family in every variant and with every library. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Launch } from '../../src/gpu/kernel.ts';
import type { Case } from '../../src/kernels/case.ts';
import { familyCases } from '../../src/kernels/cases.ts';

/** Of the variants of a case, or the one launch that it has. */
function launchesOf(gpu: Gpu, one: Case): Launch[] {
  const usual = one.launch(gpu);
  return usual.choice?.allowed.map((variant) => one.launch(gpu, variant)) ?? [usual];
}

export function everyLaunch(gpu: Gpu): Launch[] {
  return familyCases.flatMap(({ cases }) => {
    const all = Object.values(cases).flatMap((of) => [...of]);
    // What is compiled differs between cases by entry point, variant and libraries; tiles are cut to the shape.
    const first = new Map<string, Case>();
    for (const one of all) {
      const { kernel, choice } = one.launch(gpu);
      const { libraries = {} } = kernel.specialisation ?? {};
      const entry = choice ? 'any' : `${kernel.entryPoint} ${kernel.variant}`;
      const key = JSON.stringify([entry, libraries]);
      if (!first.has(key)) first.set(key, one);
    }
    return [...first.values()].flatMap((one) => launchesOf(gpu, one));
  });
}
