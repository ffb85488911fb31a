/** `fool bench --list`: what would be measured, without measuring. */
import { formatCount } from '../src/report/format.ts';
import { variantOf } from './kernels/kernel-cases.ts';
import { worksText } from './networks/network-works.ts';
import type { BenchPlan } from './plan.ts';
import type { BenchSection } from './sections.ts';

/** Lines of all sections in their order. */
export function planLines(plan: BenchPlan): string[] {
  return plan.sections.flatMap((section) => [...linesOf[section](plan), '']).slice(0, -1);
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

const linesOf: Readonly<Record<BenchSection, (plan: BenchPlan) => string[]>> = {
  kernels: ({ cases }) => {
    const families = [...new Set(cases.map(({ family }) => family))];
    const count = cases.reduce((sum, { launches }) => sum + launches.length, 0);
    return [
      `kernels: ${formatCount(cases.length, 'case')}, ${formatCount(count, 'row')}; --family, --shape, --batch and --variant choose among them, --shape-of takes others`,
      ...families.flatMap((family) => [
        `  ${family}`,
        ...cases
          .filter((one) => one.family === family)
          .map(({ shape, launches }) => `    ${shape}: ${launches.map(variantOf).join(', ')}`),
      ]),
    ];
  },
  networks: ({ works }) => [
    `networks: ${formatCount(works.length, 'row')}; --network and --batch choose among them, --visits says how often`,
    ...indented(worksText(works)),
  ],
  peers: ({ peerWorks }) => [
    `peers: ${formatCount(peerWorks.length, 'work')}, each by every engine that is there; --network and --batch choose among them`,
    ...indented(worksText(peerWorks)),
  ],
  evolution: ({ runs }) => [
    `evolution: ${formatCount(runs.length, 'whole run')}`,
    ...indented(runs.map(({ work, seed }) => `${work}, seed ${String(seed)}`)),
  ],
};
