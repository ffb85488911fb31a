/** Steps of gradient ascent and their records by definition; see `shaders/ascent/ascent-step.wgsl`. */
import { placeOf, sizes, sumOver, type FamilyReference, type Operands } from '../reference.ts';
import { stepRules } from './ascent-step.ts';
import { noClassWatched } from './objective.ts';

/** The age of an image that is done, as a float. */
const ended = Math.fround(3e38);
const [firstDecay, secondDecay, epsilon] = [0.9, 0.999, 1e-12];

/** The uniform by names. */
function settingsOf(operands: Operands) {
  const [words, numbers] = [operands.values('step', 'words'), operands.values('step', 'floats')];
  const [size, largest, early, late, momentum, decay, until, cooling, steps] = Array.from(
    { length: 9 },
    (_, at) => numbers(1 + at),
  ) as [number, number, number, number, number, number, number, number, number];
  const rule = stepRules[words(0)] ?? 'constant';
  return { rule, size, largest, early, late, momentum, decay, until, cooling, steps };
}

/** All that the record of an image is made of. */
function recordOf(operands: Operands) {
  const { VALUES, INPUT_VALUES, BATCH, PARTS, UNIT_PARTS, PATIENCE } = sizes(
    operands,
    'VALUES',
    'INPUT_VALUES',
    'BATCH',
    'PARTS',
    'UNIT_PARTS',
    'PATIENCE',
  );
  const settings = settingsOf(operands);
  const [outcome, judged] = [operands.values('outcome'), operands.values('judged')];
  const [parts, watched, best] = [
    operands.values('parts'),
    operands.values('watched'),
    operands.values('best'),
  ];
  const batch = 4 * BATCH;
  return (image: number) => {
    const sum = (first: number, count: number) =>
      sumOver(count, (part) => parts((first + part) * batch + image));
    const row = (of: (index: number) => number, at: number) => of(at * batch + image);
    const [square, inputSquare] = [sum(0, PARTS), sum(PARTS, PARTS)];
    const value = row(judged, 0) + sum(2 * PARTS, UNIT_PARTS);
    const [confidence, logOdds] = [row(judged, 1), row(judged, 4)];
    const isWatched = watched(image) !== noClassWatched;
    const score = isWatched ? logOdds : value;
    const [idle, age] = [row(best, 2), row(best, 3)];
    const improved = score > row(best, 0) && idle < PATIENCE && age <= settings.steps;
    const reached = improved && (isWatched ? confidence : value) >= settings.until;
    const usable = square > 0 && square < 3e38;
    const scale = row(outcome, 3);
    return {
      history: [
        value,
        confidence,
        row(judged, 2),
        scale * Math.sqrt(square),
        Math.sqrt(inputSquare / INPUT_VALUES),
        logOdds,
      ],
      best: [
        improved ? score : row(best, 0),
        improved ? 1 : 0,
        usable ? 0 : square === 0 ? idle + 1 : PATIENCE,
        reached ? ended : Math.fround(age + 1),
      ],
      rate: usable ? rateOf(settings, { scale, square, value: row(outcome, 0), age, values: VALUES }) : 0,
    };
  };
}

/** By which the gradient's buffer, that holds gradient / scale, is multiplied. */
function rateOf(
  { rule, size, largest, early, late, cooling }: ReturnType<typeof settingsOf>,
  course: Readonly<Record<'scale' | 'square' | 'value' | 'age' | 'values', number>>,
): number {
  const { scale, square, value, age, values } = course;
  const cooled = size / (1 + age / cooling);
  const desired = Math.max(0, Math.min(early, late * (1 - value)));
  switch (rule) {
    case 'constant':
      return cooled * scale;
    case 'progress':
      return Math.min(largest, desired / (scale ** 2 * square)) * scale;
    case 'normalised':
      return (cooled * Math.sqrt(values)) / Math.sqrt(square);
    case 'sign':
      return cooled;
    case 'adam':
      return scale;
  }
}

/** clamp(p, least, most) */
function bounded(operands: Operands): (moved: number, index: number) => number {
  const { BATCH } = sizes(operands, 'BATCH');
  const bounds = operands.values('bounds');
  return (moved, index) => {
    const [value] = placeOf(index, 4 * BATCH);
    return Math.min(bounds(2 * value + 1), Math.max(bounds(2 * value), moved));
  };
}

/** clamp((p + d) · (1 − decay)) */
function moved(operands: Operands, movementAt: (index: number) => number): (index: number) => number {
  const [{ decay }, parameters, within] = [
    settingsOf(operands),
    operands.values('parameters'),
    bounded(operands),
  ];
  return (index) => within((parameters(index) + movementAt(index)) * (1 - decay), index);
}

/** rate · gradient, or rate · its sign; a rate of zero moves nothing, whatever the gradient. */
function slopeAt(operands: Operands, sign = false): (index: number) => number {
  const { BATCH } = sizes(operands, 'BATCH');
  const [rates, gradient] = [operands.values('rates'), operands.values('gradient')];
  return (index) => {
    const rate = rates(placeOf(index, 4 * BATCH)[1]);
    return rate === 0 ? 0 : rate * (sign ? Math.sign(gradient(index)) : gradient(index));
  };
}

function momentumAt(operands: Operands): (index: number) => number {
  const [{ momentum }, last, slope] = [
    settingsOf(operands),
    operands.values('first_moment'),
    slopeAt(operands),
  ];
  return (index) => momentum * last(index) + slope(index);
}

function momentsAt(operands: Operands) {
  const [first, second] = [operands.values('first_moment'), operands.values('second_moment')];
  const slope = slopeAt(operands);
  return {
    first: (index: number) => firstDecay * first(index) + (1 - firstDecay) * slope(index),
    second: (index: number) => secondDecay * second(index) + (1 - secondDecay) * slope(index) ** 2,
  };
}

export const ascentStepReference = {
  record: {
    results: {
      rates: (operands) => {
        const record = recordOf(operands);
        return (image) => record(image).rate;
      },
      /** The row that the clock names; other rows stay. */
      history: (operands) => {
        const { BATCH } = sizes(operands, 'BATCH');
        const [record, before, clock] = [
          recordOf(operands),
          operands.values('history'),
          operands.values('clock'),
        ];
        return (index) => {
          const [row, number, image] = placeOf(index, 6, 4 * BATCH);
          return row === clock(1) ? record(image).history[number] : before(index);
        };
      },
      best: (operands) => {
        const { BATCH } = sizes(operands, 'BATCH');
        const record = recordOf(operands);
        return (index) => {
          const [row, image] = placeOf(index, 4 * BATCH);
          return record(image).best[row];
        };
      },
    },
  },
  tick: {
    results: {
      clock: (operands) => {
        const clock = operands.values('clock');
        return (index) => clock(index) + 1;
      },
    },
  },
  bound: {
    results: {
      parameters: (operands) => {
        const [parameters, within] = [operands.values('parameters'), bounded(operands)];
        return (index) => within(parameters(index), index);
      },
    },
  },
  plain: {
    results: {
      parameters: (operands) => moved(operands, slopeAt(operands, settingsOf(operands).rule === 'sign')),
    },
  },
  momentum: {
    results: {
      first_moment: momentumAt,
      parameters: (operands) => moved(operands, momentumAt(operands)),
    },
  },
  adam: {
    results: {
      first_moment: (operands) => momentsAt(operands).first,
      second_moment: (operands) => momentsAt(operands).second,
      /** d = size · m̂ / (√v̂ + ε) */
      parameters: (operands) => {
        const { BATCH } = sizes(operands, 'BATCH');
        const [{ size, cooling }, moments, best] = [
          settingsOf(operands),
          momentsAt(operands),
          operands.values('best'),
        ];
        return moved(operands, (index) => {
          const steps = best(3 * 4 * BATCH + placeOf(index, 4 * BATCH)[1]);
          const mean = moments.first(index) / (1 - firstDecay ** steps);
          const deviation = Math.sqrt(moments.second(index) / (1 - secondDecay ** steps));
          return ((size / (1 + (steps - 1) / cooling)) * mean) / (deviation + epsilon);
        });
      },
    },
  },
} satisfies FamilyReference;
