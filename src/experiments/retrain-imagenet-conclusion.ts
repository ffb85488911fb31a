/** What came of training a network on fooling images: did the confidences fall, and at what price. */
import { median as medianOf } from 'simple-statistics';
import { formatConfidence, formatCount, formatDuration, shortLabel } from '../report/format.ts';
import { composeGrid, type GridPicture } from '../report/grid.ts';
import { boxesDrawing } from './drawings.ts';
import { elitePictures, type EvolutionOutcome } from './evolution-step.ts';
import type { Conclusion, ExperimentFigure, Host, ReadResult, ConclusionRow } from './experiment.ts';
import type { FineTuningOutcome } from './fine-tuning-step.ts';
import type { Judgement, Tally } from './judging-step.ts';
import type { RetrainSteps, RetrainValues } from './retrain-imagenet-settings.ts';
import { bootstrapMedian, intervalText } from './intervals.ts';

/** What the steps of one round have found. */
export interface RoundResult {
  readonly runs: readonly EvolutionOutcome[];
  /** First the photographs, then the fooling images of earlier rounds. */
  readonly judgement: Judgement;
  /** Of the network that this round is about; undefined before the first. */
  readonly training?: FineTuningOutcome;
}

const roundName = (round: number): string =>
  round === 0 ? 'before training' : `after round ${String(round)}`;

const medians = ({ runs }: RoundResult): number[] => runs.map(({ median }) => median.at(-1) ?? 0);

const none: Tally = { pictures: 0, correct: 0, alarms: 0 };
const photographs = ({ judgement }: RoundResult): Tally => judgement.groups[0] ?? none;
const foolingImages = ({ judgement }: RoundResult): Tally => judgement.groups[1] ?? none;

const shareText = (some: number, all: number): string =>
  `${((100 * some) / Math.max(1, all)).toFixed(1)} % (${String(some)} of ${String(all)})`;

/** Paper §3.6: the medians before and after its one round. */
const medianInPaper = ['88.1 %', '11.7 %'];
const notReported = 'not reported';

/** The table: for each round the median, and beside it what tells a robust network from a ruined one. */
export function retrainRows(values: RetrainValues, rounds: readonly RoundResult[]): ConclusionRow[] {
  const { generations, population } = values;
  const effort = `${formatCount(generations, 'generation')} of ${formatCount(population, 'child', 'children')} each, in the paper 5,000 of 400`;
  const rows: ConclusionRow[] = rounds.map((round, index) => ({
    what: `median confidence of evolved images, ${roundName(index)}`,
    paper: medianInPaper[index] ?? notReported,
    here: intervalText(bootstrapMedian(medians(round))),
    differs: index === 0 ? effort : lessonText(values, round),
  }));
  for (const [index, round] of rounds.entries()) {
    const { pictures, correct } = photographs(round);
    rows.push({
      what: `pictures named rightly, ${roundName(index)}`,
      paper: index === 0 ? '57.4 % (CaffeNet)' : notReported,
      here: shareText(correct, pictures),
    });
  }
  for (const [index, round] of rounds.entries()) {
    if (index === 0) continue;
    const [real, fooling] = [photographs(round), foolingImages(round)];
    rows.push(
      {
        what: `pictures taken for fooling images, ${roundName(index)}`,
        paper: notReported,
        here: shareText(real.alarms, real.pictures),
      },
      {
        what: `fooling images of earlier rounds that are recognised, ${roundName(index)}`,
        paper: notReported,
        here: shareText(fooling.alarms, fooling.pictures),
      },
    );
  }
  return rows;
}

function lessonText({ layers, epochs, batch, rate }: RetrainValues, { training }: RoundResult): string {
  if (!training) return '';
  const what = layers === 'dense' ? 'the dense layers' : 'all layers';
  return `${what} trained on for ${formatCount(training.steps, 'step')} of ${String(batch)} pictures (${formatCount(training.pictures, 'picture')}, ${formatCount(epochs, 'epoch')}, rate ${String(rate)}); the paper trained on ImageNet, with 9 fooling images of each class`;
}

/** Whether a lower median means that the network is harder to fool. */
export function retrainRemarks(rounds: readonly RoundResult[]): string[] {
  return rounds.slice(1).map((round, index) => {
    const before = rounds[index] ?? round;
    const [was, is] = [medianOf(medians(before)), medianOf(medians(round))];
    const [earlier, later] = [photographs(before), photographs(round)];
    const lost =
      (100 * earlier.correct) / Math.max(1, earlier.pictures) -
      (100 * later.correct) / Math.max(1, later.pictures);
    const price =
      lost > 0
        ? `it names ${lost.toFixed(1)} percentage points fewer of the pictures rightly`
        : 'it names no fewer of the pictures rightly';
    const median =
      is < was
        ? `The median fell from ${formatConfidence(was)} to ${formatConfidence(is)}`
        : `The median did not fall: ${formatConfidence(was)} before, ${formatConfidence(is)} after`;
    return `Round ${String(index + 1)}. ${median}; ${price}.`;
  });
}

export async function conclude(
  host: Host,
  values: RetrainValues,
  steps: RetrainSteps,
  read: ReadResult,
): Promise<Conclusion> {
  const rounds = steps.judgements.map((judgement, round): RoundResult => {
    const training = steps.trainings[round - 1];
    return {
      runs: (steps.evolutions[round] ?? []).map(read),
      judgement: read(judgement),
      ...(training && { training: read(training) }),
    };
  });
  return {
    rows: retrainRows(values, rounds),
    cost: costOf(rounds),
    figures: [spread(rounds), await sheet(host, steps)],
    remarks: retrainRemarks(rounds),
    numbers: {
      medians: rounds.map(medians),
      confidences: rounds.map(({ runs }) =>
        runs.map(({ cells }) => cells.map(({ confidence }) => confidence)),
      ),
      pictures: rounds.map(photographs),
      foolingImages: rounds.map(foolingImages),
      trainingSteps: rounds.flatMap(({ training }) => (training ? [training.steps] : [])),
    },
  };
}

function costOf(rounds: readonly RoundResult[]): ConclusionRow[] {
  const evolving = rounds.flatMap(({ runs }) => runs.map(({ seconds }) => seconds));
  const training = rounds.flatMap((round) => (round.training ? [round.training.seconds] : []));
  return [
    { what: 'time of an evolution', paper: notReported, here: formatDuration(medianOf(evolving)) },
    { what: 'time of a training', paper: notReported, here: formatDuration(medianOf(training)) },
  ];
}

function spread(rounds: readonly RoundResult[]): ExperimentFigure {
  const groups = rounds.map(({ runs }, index) => ({
    label: roundName(index),
    values: runs.flatMap(({ cells }) => cells.map(({ confidence }) => confidence)),
  }));
  const svg = boxesDrawing(groups, {
    vertical: 'confidence',
    axis: 'linear',
    what: 'Confidences of evolved images before and after training',
  });
  return {
    name: 'confidences',
    caption:
      'Confidences of the evolved images of all classes, before the network knew fooling images and after.',
    svg,
  };
}

const mostColumns = 10;

/** The same classes in every row, a row for each round. */
async function sheet(host: Host, { evolutions }: RetrainSteps): Promise<ExperimentFigure> {
  const rows: GridPicture[][] = [];
  for (const [first] of evolutions) if (first) rows.push(await elitePictures(host, first));
  const cells = rows[0]?.length ?? 0;
  const columns = Math.min(mostColumns, cells);
  const places = Array.from({ length: columns }, (_, column) => Math.floor((column * cells) / columns));
  const pictures = rows.flatMap((row) => places.flatMap((place) => row.slice(place, place + 1)));
  const image = composeGrid(pictures, { columns, pictureSize: 128, largestSide: 1800 });
  const classes = pictures.slice(0, columns).map(({ label }) => shortLabel(label));
  return {
    name: 'before-and-after',
    caption: `Evolved images before training (first row) and after each round (the rows below), of ${formatCount(classes.length, 'class', 'classes')}.`,
    image,
  };
}
