/** Evolution, gradient ascent and chance at one number of evaluations (beyond the paper). */
import { formatCount, formatDuration, formatNumber } from '../report/format.ts';
import { composeGrid, type GridPicture } from '../report/grid.ts';
import { tracesDrawing } from './drawings.ts';
import {
  defineExperiment,
  type Conclusion,
  type ExperimentFigure,
  type Host,
  type ReadResult,
  type ConclusionRow,
} from './experiment.ts';
import { searchMethods, type SearchRun } from './search-methods.ts';
import {
  searchDifferences,
  finalLogOdds,
  intervalsAt,
  logPlaces,
  lostRemarks,
  rankingRemark,
  searchRows,
  type MethodRuns,
} from './search-rows.ts';
import {
  choice,
  classes,
  countSetting,
  decimal,
  flagOf,
  same,
  text,
  type ValuesOf,
} from './experiment-settings.ts';

const settings = {
  model: text('network to fool: a shipped model or a weight file', 'name', same('lenet-mnist')),
  classes: classes('classes that are searched for', same(null)),
  runs: countSetting('independent searches of each method', { quick: 5, paper: 10 }),
  budget: countSetting('evaluations of each search', { quick: 6000, paper: 40_000 }),
  gradientCost: decimal('evaluations that a gradient step counts as, of each image', same(3), {
    least: 1,
    most: 1000,
  }),
  population: countSetting('children of a generation, and random CPPNs of a batch', {
    quick: 100,
    paper: 200,
  }),
  evolveShare: decimal('share of the budget before elites are polished', same(0.5), {
    least: 0.001,
    most: 0.999,
  }),
  preset: choice(
    'step rule and start of the ascents, as of fool ascend',
    ['default', 'patient'],
    same('default'),
  ),
  mutations: countSetting('by which a random CPPN has grown', same(10), 0),
  coordinates: choice('what a CPPN sees as x and y', ['pixels', 'normalised'], same('pixels')),
  seed: countSetting('of the first search; each of the others has its own', same(1), 0),
};
type Chosen = ValuesOf<typeof settings>;

interface Method {
  readonly name: string;
  readonly searches: readonly SearchRun[];
}

export const compareSearch = defineExperiment({
  name: 'compare-search',
  title: 'Evolution, gradient ascent and chance at equal cost',
  section: 'beyond the paper',
  about: 'Six ways to search for fooling images, each with the same number of evaluations of the network',
  settings,
  plan: (values) => {
    // A seed to each search: a test of ranks asks for independent groups.
    const methods = searchMethods.map(({ name, run }, method): Method => {
      const searches = Array.from({ length: values.runs }, (_, index) => {
        const place = String(index + 1).padStart(2, '0');
        return run(values, values.seed + method * values.runs + index, place);
      });
      return { name, searches };
    });
    return {
      steps: methods.flatMap(({ searches }) => searches.flatMap(({ steps }) => steps)),
      conclude: (host, read) => conclude(host, read, values, methods),
    };
  },
});

async function conclude(
  host: Host,
  read: ReadResult,
  values: Chosen,
  methods: readonly Method[],
): Promise<Conclusion> {
  const found = methods.map(({ name, searches }): MethodRuns => {
    return { name, runs: searches.map(({ outcome }) => outcome(read)) };
  });
  return {
    rows: searchRows(found),
    figures: [curves(found, values), await sheet(host, read, methods)],
    remarks: [
      rankingRemark(found),
      ...lostRemarks(found),
      `A gradient step counts as ${formatCount(values.gradientCost, 'evaluation')} of each image, as stated by ${flagOf('gradientCost')}, not measured; what it took here stands under the cost.`,
    ],
    numbers: {
      confidences: named(found, ({ runs }) =>
        runs.map(({ cells }) => cells.map(({ confidence }) => confidence)),
      ),
      medians: named(found, ({ runs }) => runs.map(({ points }) => points.at(-1)?.median ?? 0)),
      medianLogOdds: named(found, finalLogOdds),
      spent: named(found, ({ runs }) => runs.map(({ points }) => points.at(-1)?.evaluations ?? 0)),
      differences: searchDifferences(found),
    },
    cost: costs(found),
  };
}

const named = <T>(methods: readonly MethodRuns[], of: (method: MethodRuns) => T) =>
  Object.fromEntries(methods.map((method) => [method.name, of(method)]));

const costs = (methods: readonly MethodRuns[]): ConclusionRow[] =>
  methods.map(({ name, runs }) => {
    const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
    const judged = runs.reduce((sum, run) => sum + run.judged, 0);
    const each = formatDuration(seconds / Math.max(1, judged));
    return {
      what: `time, ${name}`,
      paper: 'not in the paper',
      here: `${formatDuration(seconds)} for ${formatNumber(judged)} images, ${each} for each`,
    };
  });

function curves(methods: readonly MethodRuns[], { budget }: Chosen): ExperimentFigure {
  const firsts = methods.flatMap(({ runs }) => runs.map(({ points }) => points[0]?.evaluations ?? budget));
  const places = logPlaces(Math.min(...firsts), budget);
  const traces = methods.map((method) => ({ label: method.name, points: intervalsAt(method, places) }));
  const svg = tracesDrawing(traces, {
    horizontal: 'evaluations of the network',
    vertical: 'median confidence (nines)',
    what: 'Confidence against evaluations for each search',
    axis: 'nines',
    logarithmic: true,
  });
  const runs = formatCount(methods[0]?.runs.length ?? 0, 'run');
  const caption = `Highest confidence so far, median over the classes: median of ${runs}, with 95 % intervals by the bootstrap.`;
  return { name: 'confidence', caption, svg };
}

/** More than these make pictures too small to be seen. */
const mostColumns = 10;

async function sheet(host: Host, read: ReadResult, methods: readonly Method[]): Promise<ExperimentFigure> {
  const pictures: GridPicture[] = [];
  let columns = 1;
  for (const { name, searches } of methods) {
    const [first] = searches;
    if (!first) throw new RangeError('a row of pictures needs a search');
    const row = (await first.pictures(host, read)).slice(0, mostColumns);
    columns = row.length;
    pictures.push(...row.map((picture, place) => (place === 0 ? { ...picture, caption: name } : picture)));
  }
  const image = composeGrid(pictures, { columns, pictureSize: 112, largestSide: 1600 });
  const rows = methods.map(({ name }) => name).join('; ');
  const caption = `The best images of each method’s first run, a column for each class; the rows from above: ${rows}.`;
  return { name: 'images', caption, image };
}
