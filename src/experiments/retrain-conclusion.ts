/** Whether retrained networks are fooled again: a row and a row of pictures for each of them. */
import { mean as meanOf, median as medianOf } from 'simple-statistics';
import { formatConfidence, formatCount, formatDuration } from '../report/format.ts';
import { composeGrid, type GridPicture } from '../report/grid.ts';
import { tracesDrawing } from './drawings.ts';
import { fooled, gains } from './encoding-rows.ts';
import type { EvolutionOutcome } from './evolution-step.ts';
import type { Conclusion, ExperimentFigure, ConclusionRow } from './experiment.ts';
import type { NetworkOutcome } from './retrain-outcome.ts';

/** A network, and what was evolved on it. */
export interface Round {
  readonly network: NetworkOutcome;
  readonly evolutions: readonly EvolutionOutcome[];
  /** Elites of the first evolution. */
  readonly pictures: readonly GridPicture[];
}

export interface RoundNumbers {
  /** Over the elites of all evolutions. */
  readonly median: number;
  readonly mean: number;
  readonly images: number;
  /** Elites at 99.99 % or more. */
  readonly fooled: number;
  /** Of each evolution that came there, the first generation whose median is 99.99 % or more. */
  readonly firstGenerations: readonly number[];
  /** Share of the test images that the network names right. */
  readonly accuracy: number;
  /** Share of the fooling images that it was trained on; null for the first network. */
  readonly recognised: number | null;
}

export function roundNumbers({ network, evolutions }: Pick<Round, 'network' | 'evolutions'>): RoundNumbers {
  const confidences = evolutions.flatMap(({ cells }) => cells.map(({ confidence }) => confidence));
  return {
    median: medianOf(confidences),
    mean: meanOf(confidences),
    images: confidences.length,
    fooled: confidences.filter((confidence) => confidence >= fooled).length,
    firstGenerations: evolutions.flatMap(({ median }) => {
      const first = median.findIndex((value) => value >= fooled);
      return first === -1 ? [] : [first];
    }),
    accuracy: network.correct / network.digits,
    recognised: network.fooling === 0 ? null : network.recognised / network.fooling,
  };
}

export function concludeRetraining(rounds: readonly Round[]): Conclusion {
  const all = rounds.map(roundNumbers);
  const again = all.slice(1);
  const summary: ConclusionRow = {
    what: 'retrained networks fooled again (median 99.99 %)',
    paper: 'all',
    here: `${String(again.filter(({ median }) => median >= fooled).length)} of ${String(again.length)}`,
  };
  return {
    rows: [summary, ...all.map((each, index) => roundRow(each, index, rounds[index]))],
    cost: [
      timeRow(
        'trainings',
        rounds.map(({ network }) => network.seconds),
      ),
      timeRow(
        'evolutions',
        rounds.flatMap(({ evolutions }) => evolutions.map(({ seconds }) => seconds)),
      ),
    ],
    figures: [curves(all), pictureRows(rounds)],
    remarks: remarksOf(rounds, all),
    numbers: { rounds: all },
  };
}

const timeRow = (what: string, seconds: readonly number[]): ConclusionRow => {
  return {
    what: `time of all ${what}`,
    paper: 'not said',
    here: formatDuration(seconds.reduce((a, b) => a + b, 0)),
  };
};

const perCent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

function roundRow(numbers: RoundNumbers, index: number, round: Round | undefined): ConclusionRow {
  const { median, mean, images, fooled: above, accuracy } = numbers;
  const reason = differs(numbers, round);
  return {
    what: `network ${String(index + 1)}: median, mean; images at 99.99 %; accuracy`,
    paper: '99.99 %',
    here: `${formatConfidence(median)}, ${formatConfidence(mean)}; ${String(above)} of ${String(images)}; ${perCent(accuracy)}`,
    ...(reason !== undefined && { differs: reason }),
  };
}

/** Where a network was not fooled: whether the evolutions were still gaining when they ended. */
function differs({ median }: RoundNumbers, round: Round | undefined): string | undefined {
  if (median >= fooled || !round) return undefined;
  const { generations, halfWay, end } = gains(round.evolutions);
  return `${halfWay} half-way through ${formatCount(generations, 'generation')}, ${end} at their end`;
}

function remarksOf(rounds: readonly Round[], all: readonly RoundNumbers[]): string[] {
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) return [];
  const evolutions = rounds[0]?.evolutions.length ?? 0;
  const remarks = [
    `The fooling images of a network are the last elites of ${formatCount(evolutions, 'evolution')} on it, ${formatCount(first.images, 'image')}; each network is trained from new first weights on the digits and on the fooling images of all networks before it.`,
  ];
  if (all.length < 2) return remarks;
  const recognised = all.flatMap((each) => (each.recognised === null ? [] : [each.recognised]));
  return [
    ...remarks,
    `Retrained networks give ${range(recognised.map((share) => perCent(share, 1)))} of the fooling images that they were trained on the class of fooling images.`,
    `First generation whose median is 99.99 %, network by network: ${all.map(({ firstGenerations }) => firstText(firstGenerations)).join(', ')} (median of the evolutions that came there).`,
    `Accuracy on digits: ${perCent(first.accuracy)} for the first network, ${perCent(last.accuracy)} for the last.`,
  ];
}

const firstText = (generations: readonly number[]): string =>
  generations.length === 0 ? 'none' : String(medianOf([...generations]));

function range(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  return others.every((text) => text === first) ? first : texts.join(', ');
}

function curves(all: readonly RoundNumbers[]): ExperimentFigure {
  const course = (label: string, value: (numbers: RoundNumbers) => number) => {
    return { label, points: all.map((numbers, index) => ({ x: index + 1, y: value(numbers) })) };
  };
  const svg = tracesDrawing(
    [
      course('median confidence', ({ median }) => median),
      course('mean confidence', ({ mean }) => mean),
      course('accuracy on digits', ({ accuracy }) => accuracy),
    ],
    {
      horizontal: 'network',
      vertical: 'confidence, accuracy (nines)',
      axis: 'nines',
      what: 'Confidence in fooling images, and accuracy, network by network',
    },
  );
  const caption = 'Confidence in the images evolved on each network, and its accuracy on digits.';
  return { name: 'rounds', caption, svg };
}

function pictureRows(rounds: readonly Round[]): ExperimentFigure {
  const image = composeGrid(
    rounds.flatMap(({ pictures }) => pictures),
    { columns: rounds[0]?.pictures.length ?? 1, pictureSize: 84, largestSide: 1600 },
  );
  return {
    name: 'elites',
    caption: 'Elites of the first evolution on each network, a row for each, the first on top.',
    image,
  };
}
