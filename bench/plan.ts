/** Which sections are measured, in which order, and what of each. */
import { UsageError } from '../src/cli/usage-error.ts';
import type { Gpu } from '../src/gpu/device.ts';
import { nearestName } from '../src/util/nearest-name.ts';
import { NothingFitsError, type KernelChoice } from './kernels/filter-cases.ts';
import { evolutionRuns, type EvolutionRun } from './runs/evolution.ts';
import type { KernelCase } from './kernels/kernel-cases.ts';
import { casesToMeasure } from './kernels/kernels.ts';
import {
  chooseWorks,
  networkWorks,
  withoutLarge,
  type NetworkWork,
  type WorkChoice,
} from './networks/network-works.ts';
import { peerWorks, type PeerWork } from './peers/peer-works.ts';
import { sections, type BenchSection } from './sections.ts';

/** What chooses among the rows of sections. */
export interface RowChoice extends KernelChoice, WorkChoice {
  readonly visits?: number;
}

/** Of each choice the sections that it is for, as an option has it. */
const choices: Readonly<
  Record<keyof RowChoice, { readonly option: string; readonly of: readonly BenchSection[] }>
> = {
  family: { option: 'family', of: ['kernels'] },
  shape: { option: 'shape', of: ['kernels'] },
  shapeOf: { option: 'shape-of', of: ['kernels'] },
  variant: { option: 'variant', of: ['kernels'] },
  network: { option: 'network', of: ['networks', 'peers'] },
  visits: { option: 'visits', of: ['networks'] },
  batch: { option: 'batch', of: ['kernels', 'networks', 'peers'] },
};
const names = Object.keys(choices) as (keyof RowChoice)[];

/**
 * @param named by the user; where none is, those that the choices are for, or all
 * @throws UsageError for a section that is none, and for choices of sections that are not measured
 */
export function chosenSections(named: readonly string[], choice: RowChoice): BenchSection[] {
  const given = names.filter((name) => choice[name] !== undefined);
  const chosen = named.map((name) => {
    const section = sections.find((one) => one === name);
    if (section) return section;
    const nearest = nearestName(name, [...sections, 'compare', 'report']);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    throw new UsageError(`there is no section ${name} to measure, but ${sections.join(', ')}${hint}`);
  });
  if (chosen.length === 0) return impliedBy(given);
  for (const name of given) {
    const { option, of } = choices[name];
    if (!chosen.some((section) => of.includes(section)))
      throw new UsageError(
        `--${option} chooses among ${of.join(' and ')}, not to be measured here: leave it out`,
      );
  }
  return [...new Set(chosen)];
}

function impliedBy(given: readonly (keyof RowChoice)[]): BenchSection[] {
  // The peers are measured only where the command names them: they take long, and are not installed everywhere.
  const firsts = given.filter((name) => name !== 'batch').map((name) => choices[name].of[0]);
  const implied = firsts.length > 0 ? firsts : given.flatMap((name) => choices[name].of);
  return implied.length > 0 ? sections.filter((section) => implied.includes(section)) : [...sections];
}

export interface BenchPlan {
  readonly sections: readonly BenchSection[];
  readonly cases: readonly KernelCase[];
  readonly works: readonly NetworkWork[];
  readonly peerWorks: readonly PeerWork[];
  readonly runs: readonly EvolutionRun[];
}

/**
 * A section in which nothing fits is left out where another has something.
 * @throws UsageError
 */
export function planOf(
  gpu: Gpu,
  chosen: readonly BenchSection[],
  choice: RowChoice,
  say: (line: string) => void,
): BenchPlan {
  checkShapes(choice);
  const refused: NothingFitsError[] = [];
  const left = new Set<BenchSection>();
  const of = <Row>(section: BenchSection, choose: () => readonly Row[]): readonly Row[] => {
    if (!chosen.includes(section)) return [];
    try {
      return choose();
    } catch (error) {
      if (!(error instanceof NothingFitsError)) throw error;
      refused.push(error);
      left.add(section);
      return [];
    }
  };
  const suited = <Work extends Parameters<typeof withoutLarge>[0][number]>(works: readonly Work[]) =>
    withoutLarge(works, gpu.adapter.kind, choice, say);
  const plan = {
    cases: of('kernels', () => casesToMeasure(gpu, choice)),
    works: of('networks', () => suited(chooseWorks(networkWorks, choice))),
    peerWorks: of('peers', () => suited(chooseWorks(peerWorks, choice))),
    runs: of('evolution', () => evolutionRuns),
  };
  const kept = chosen.filter((section) => !left.has(section));
  const [first] = refused;
  if (first && kept.length === 0) throw first;
  for (const section of left) say(`${section} are left out: nothing in them fits the choice`);
  return { sections: kept, ...plan };
}

/** @throws UsageError for shapes of the user beside a choice among the bundled ones */
function checkShapes({ shapeOf, shape, batch, family }: RowChoice): void {
  if (shapeOf === undefined) return;
  if (family === undefined)
    throw new UsageError(
      '--shape-of wants --family too, which says what its numbers are; see bench/README.md',
    );
  if (shape !== undefined)
    throw new UsageError('--shape chooses among the shapes of the networks, which --shape-of replaces');
  if (batch !== undefined)
    throw new UsageError('the batch stands in --shape-of, as in "… batch 8": leave out --batch');
}
