/**
 * How cells are taken by the offspring of other classes, which the paper's follow-up calls goal switching (Innovation Engines,
 * Nguyen, Yosinski, Clune 2015), and where an elite comes from.
 */
import { mean as meanOf, median as medianOf } from 'simple-statistics';
import { byId, lineTo, stepsOf, type Ancestor, type Step as LineStep } from '../evolution/lineage.ts';
import { ancestryLengths, goalSwitching } from '../evolution/lineage-statistics.ts';
import type { ProgressRecord } from '../runs/evolution/records.ts';
import { formatCount, formatNumber, shortLabel } from '../report/format.ts';
import { composeGrid, type GridPicture } from '../report/grid.ts';
import { drawLine } from '../report/lineage-graph.ts';
import { placesToShow } from '../report/lineage-places.ts';
import { readLineage } from '../runs/evolution/read-lineage.ts';
import { readRun, type SavedRun } from '../runs/evolution/read.ts';
import { replay } from '../runs/evolution/replay.ts';
import { folderBelow } from '../storage/folder-below.ts';
import { graphDrawing, tracesDrawing, type NamedCurve } from './drawings.ts';
import { runFolder, type EvolutionOutcome } from './evolution-step.ts';
import { independentRuns } from './independent-runs.ts';
import {
  defineExperiment,
  type Conclusion,
  type Experiment,
  type ExperimentFigure,
  type Host,
  type ConclusionRow,
  type ExperimentStep,
} from './experiment.ts';
import { choice, classes, countSetting, same, text } from './experiment-settings.ts';
import { SentenceError, sentence, setting } from '../util/sentence.ts';

/** A run with the ancestry of its elites. */
interface Ancestry extends SavedRun {
  readonly ancestors: readonly Ancestor[];
}

export const goalSwitchingExperiment: Experiment = defineExperiment({
  name: 'goal-switching',
  title: 'Goal switching and the ancestry of elites',
  section: 'beyond the paper: its follow-up, Innovation Engines',
  about:
    'MAP-Elites whose elites’ ancestors are kept: who took whose cell, and by which classes an elite came',
  settings: {
    model: text('network to fool: a shipped model or a weight file', 'name', same('caffenet-tiny')),
    encoding: choice('how a genome becomes an image', ['cppn', 'direct'], same('cppn')),
    runs: countSetting('independent runs', { quick: 1, paper: 5 }),
    generations: countSetting('generations of each run', { quick: 60, paper: 5000 }),
    population: countSetting('children of a generation', { quick: 40, paper: 400 }),
    crops: choice('views of an image that are averaged', ['1', '10'], { quick: '1', paper: '10' }),
    classes: classes('classes that get a cell', same(null)),
    seed: countSetting('of the first run; the others follow', same(1), 0),
  },
  plan: (values) => {
    const steps = independentRuns(values);
    return { steps, conclude: (host) => conclude(host, steps) };
  },
});

async function conclude(host: Host, steps: readonly ExperimentStep<EvolutionOutcome>[]): Promise<Conclusion> {
  const runs: Ancestry[] = [];
  for (const { id } of steps) runs.push(await ancestryOf(host, id));
  const [first] = runs;
  if (!first) throw new RangeError('there is no run to look at');
  const line = longestLine(first);
  return {
    rows: rowsOf(runs),
    figures: [metrics(first.progress), phylogeny(first, line), await strip(host, first, line)],
    remarks: [lineInWords(first, line)],
    numbers: {
      goalSwitches: runs.map(({ cells }) => cells.map((cell) => cell.goalSwitches)),
      shares: runs.map(({ cells }) => goalSwitching(cells).share ?? null),
      ancestors: runs.map(({ ancestors }) => ancestors.length),
    },
    cost: [],
  };
}

async function ancestryOf(host: Host, id: string): Promise<Ancestry> {
  const storage = folderBelow(host.storage, runFolder(id));
  const folder = await readRun(storage, runFolder(id));
  const { ancestors, problem = 'lineage.json is missing' } = await readLineage(
    storage,
    folder.run,
    folder.cells,
  );
  if (ancestors) return { ...folder, ancestors };
  throw new SentenceError(
    sentence`${runFolder(id)}: ${problem}; start the experiment anew with ${setting('replace')}`,
  );
}

/** What runs come to; of several runs the mean. */
export function rowsOf(runs: readonly Ancestry[]): ConclusionRow[] {
  const over = (value: (run: Ancestry) => number, digits = 1) =>
    meanOf(runs.map(value)).toLocaleString('en-GB', { maximumFractionDigits: digits });
  const switching = runs.map(({ cells }) => goalSwitching(cells));
  const lengths = runs.map(({ ancestors, cells }) => ancestryLengths(ancestors, cells));
  const last = runs.map(({ progress }) => progress.at(-1));
  const cells = over((run) => run.cells.length, 0);
  const mean = (values: readonly number[], digits = 1) =>
    meanOf(values).toLocaleString('en-GB', { maximumFractionDigits: digits });
  const none = 'not in this paper';
  return [
    {
      what: 'times that a cell was taken by another class’s offspring',
      paper: none,
      here: `${mean(switching.map((one) => one.goalSwitchesPerClass))} a class`,
    },
    {
      what: 'share of all takings',
      paper: none,
      here: `${mean(switching.map(({ share }) => 100 * (share ?? 0)))} %`,
    },
    {
      what: 'ancestors of an elite',
      paper: none,
      here: `median ${mean(lengths.map((all) => medianOf(all.map((one) => one.ancestors))))}, at most ${mean(lengths.map((all) => Math.max(...all.map((one) => one.ancestors))))}`,
    },
    {
      what: 'changes of class on the way to an elite',
      paper: none,
      here: `median ${mean(lengths.map((all) => medianOf(all.map((one) => one.goalSwitches))))}, at most ${mean(lengths.map((all) => Math.max(...all.map((one) => one.goalSwitches))))}`,
    },
    {
      what: 'ancestors kept for all elites',
      paper: none,
      here: over(({ ancestors }) => ancestors.length, 0),
    },
    { what: 'QD-score', paper: none, here: `${mean(last.map((line) => line?.qdScore ?? 0))} of ${cells}` },
    ...([0.9, 0.99, 0.9999] as const).map((least): ConclusionRow => {
      const reached = over((run) => run.cells.filter(({ confidence }) => confidence >= least).length);
      return {
        what: `cells at ${String(100 * least)} % or more`,
        paper: none,
        here: `${reached} of ${cells}`,
      };
    }),
    {
      what: 'cells won by a child, over the whole run',
      paper: none,
      here: over(
        ({ progress, run }) => meanOf(progress.map(({ replaced }) => replaced / run.settings.population)),
        3,
      ),
    },
  ];
}

/** Cells at each threshold over the generations; the QD-score counts each by its confidence. */
function metrics(progress: readonly ProgressRecord[]): ExperimentFigure {
  const trace = (label: string, value: (record: ProgressRecord) => number): NamedCurve => ({
    label,
    points: progress.map((record) => ({ x: record.generation, y: value(record) })),
  });
  const svg = tracesDrawing(
    [
      trace('QD-score', ({ qdScore = 0 }) => qdScore),
      trace('cells at 90 %', ({ above90 = 0 }) => above90),
      trace('cells at 99 %', ({ above99 = 0 }) => above99),
      trace('cells at 99.99 %', ({ above9999 = 0 }) => above9999),
    ],
    { horizontal: 'generation', vertical: 'cells', what: 'Metrics of the archive against generation' },
  );
  return { name: 'metrics', caption: 'The archive of the first run: QD-score and sure cells.', svg };
}

/** To the elite that changed class most often on its way; of equals, the surest. */
function longestLine({ ancestors, cells }: Ancestry): LineStep[] {
  const known = byId(ancestors);
  const lines = cells.map(({ id, class: number, confidence }) => {
    const steps = stepsOf(lineTo(known, id), number);
    return { steps, confidence, switches: steps.filter(({ switched }) => switched).length };
  });
  lines.sort((one, other) => other.switches - one.switches || other.confidence - one.confidence);
  return lines[0]?.steps ?? [];
}

function lineInWords({ run }: Ancestry, line: readonly LineStep[]): string {
  const name = (step: LineStep) => shortLabel(run.model.labels[step.class] ?? '');
  const last = line.at(-1);
  const turns = line.filter((step, place) => place === 0 || step.switched).map(name);
  const shown = turns.length > 12 ? [...turns.slice(0, 6), '…', ...turns.slice(-5)] : turns;
  return `The elite of ${last ? name(last) : 'no class'} changed class most often: ${shown.join(' → ')}, over ${formatCount(line.length - 1, 'ancestor')}.`;
}

/** The places of a line that figures show. */
const mostPlaces = 24;

function phylogeny({ run }: Ancestry, line: readonly LineStep[]): ExperimentFigure {
  const drawing = drawLine(
    line,
    placesToShow(line, mostPlaces),
    run.model.labels,
    'Ancestry of an elite',
    'TB',
  );
  const caption =
    'Ancestry of the elite that changed class most often: generation and class of its ancestors, changes of class in orange.';
  return { name: 'phylogeny', caption, svg: graphDrawing(drawing) };
}

/** The ancestors' pictures, bred and drawn again: each with the class that the line went on by. */
async function strip(host: Host, { run }: Ancestry, line: readonly LineStep[]): Promise<ExperimentFigure> {
  const shown = placesToShow(line, mostPlaces);
  const { model } = await host.loadModel(run.settings.model);
  const replayed = await host.withDevice((gpu) =>
    replay({ gpu, model, settings: run.settings, line: line.map(({ ancestor }) => ancestor), shown }),
  );
  const pictures = replayed.map(({ bytes, confidences }, index): GridPicture => {
    const step = line[shown[index] ?? 0];
    const label = run.model.labels[step?.class ?? 0] ?? '';
    const caption = `${formatNumber(step?.ancestor.generation ?? 0)} ${shortLabel(label)}`;
    return { extent: run.model.image, bytes, label, caption, confidence: confidences[step?.class ?? 0] ?? 0 };
  });
  const image = composeGrid(pictures, { columns: 8, pictureSize: 112, largestSide: 1200 });
  return { name: 'ancestors', caption: 'The same ancestors’ pictures, drawn and judged again.', image };
}
