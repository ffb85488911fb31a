/** Outcomes of trials against the settings of their climbs. */
import * as Plot from '@observablehq/plot';
import type { TrialRecord } from '../runs/ascent/schema.ts';
import { climbValues, differingNames, valueText } from './ascent-words.ts';
import { confidenceAxis, draw, evenAxis, plotFrame, tickText, type VerticalAxis } from './plot-frame.ts';
import type { Figure } from './tables.ts';

interface Dot {
  readonly value: number | string;
  readonly height: number;
  readonly name: string;
  readonly best: boolean;
}

/** For each setting in which the trials differ: median confidence, and how soon they got to 99.99 % where most did. */
export function plotSettings(trials: readonly TrialRecord[], best: TrialRecord | undefined): Figure[] {
  const values = trials.some(({ medianValue }) => medianValue !== undefined);
  const outcome = values
    ? evenAxis('median value')
    : confidenceAxis(
        'nines',
        trials.map(({ medianConfidence }) => medianConfidence),
      );
  const iterations = evenAxis('median iterations to 99.99 %');
  return differingNames(trials).flatMap((name): Figure[] => {
    const dots = trials.flatMap((trial) => {
      const value = climbValues(trial.climb)[name];
      return value === undefined ? [] : [{ trial, value, name: trial.name, best: trial === best }];
    });
    if (new Set(dots.map(({ value }) => value)).size < 2) return [];
    const sure = dots.map(({ trial, ...dot }) => {
      return { ...dot, height: outcome.height(trial.medianValue ?? trial.medianConfidence) };
    });
    const soon = dots.flatMap(({ trial: { medianIterations }, ...dot }) =>
      medianIterations === null ? [] : [{ ...dot, height: medianIterations }],
    );
    const figures: Figure[] = [
      [scatter(sure, name, outcome), `Median ${values ? 'value' : 'confidence'} against ${name}.`],
    ];
    if (2 * soon.length < dots.length) return figures;
    return [...figures, [scatter(soon, name, iterations), `Iterations to 99.99 % against ${name}.`]];
  });
}

function scatter(dots: readonly Dot[], label: string, vertical: VerticalAxis) {
  const common = { x: 'value', y: 'height', r: 4, fill: '#3b76c4' } as const;
  const title = ({ name, value }: Dot) => `${name}: ${label} ${valueText(value)}`;
  const others = Plot.dot(
    dots.filter(({ best }) => !best),
    { ...common, fillOpacity: 0.6, title },
  );
  const best = Plot.dot(
    dots.filter(({ best }) => best),
    { ...common, r: 7, fill: '#d97b1f', title },
  );
  return draw({
    ...plotFrame(horizontalScale(dots, label), vertical),
    ariaLabel: `${String(vertical.scale.label)} against ${label}`,
    marks: [...vertical.marks, others, best],
  });
}

/** Words stand side by side; numbers that span decades on a logarithmic axis. */
function horizontalScale(dots: readonly Dot[], label: string): Plot.ScaleOptions {
  const numbers = dots.map(({ value }) => value).filter((value) => typeof value === 'number');
  if (numbers.length < dots.length) return { type: 'point', label, labelArrow: 'none' };
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const spans = least > 0 && most >= 10 * least;
  return { type: spans ? 'log' : 'linear', label, ticks: 5, tickFormat: tickText, inset: 8 };
}
