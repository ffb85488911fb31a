/** The curves of an ascent: what every objective did in every iteration. */
import { isWatched } from '../ascent/settings.ts';
import type { AscentHistory } from '../runs/ascent/schema.ts';
import type { AscentReportInput } from './ascent-input.ts';
import { rowName } from './ascent-words.ts';
import { mostCurves, plotCurves, valuesOf, type Curve } from './curves.ts';
import { html } from './markup.ts';
import { axisOfNines, confidenceAxis, evenAxis, logAxis, type VerticalAxis } from './plot-frame.ts';
import { plotFigures, type Figure } from './tables.ts';
import { Section } from './section.ts';

type Series = 'value' | 'confidence' | 'gradientNorm' | 'imageNorm';

export function curvesSection(input: AscentReportInput): Section | undefined {
  const { history } = input;
  if (history.every(({ value }) => value.length === 0)) return undefined;
  const watched = history.some((_, index) => isWatched(input.run.settings, index));
  const gradients = history.flatMap(({ gradientNorm }) => gradientNorm);
  const values = () => valuesOf(curvesOf('confidence', input));
  const figure = (series: Series, vertical: VerticalAxis, caption: string, what: string): Figure => [
    plotCurves(curvesOf(series, input), {
      vertical,
      horizontal: 'iteration',
      each: 'objective',
      all: 'objectives',
      what,
      legend: series === 'value',
    }),
    caption,
  ];
  const confidences = () => [
    figure('confidence', confidenceAxis('linear', values()), 'Confidence in the class.', 'confidence'),
    ...([...values()].some((confidence) => confidence >= 0.9)
      ? [
          figure(
            'confidence',
            confidenceAxis('nines', values()),
            `Confidence in the class ${axisOfNines}.`,
            'confidence',
          ),
        ]
      : []),
  ];
  const figures = [
    figure('value', evenAxis('objective'), 'The value that is climbed.', 'value'),
    ...(watched ? confidences() : []),
    figure(
      'gradientNorm',
      logAxis('norm of the gradient', gradients),
      'Euclidean norm of the gradient.',
      'gradient norm',
    ),
    figure(
      'imageNorm',
      evenAxis('norm of the image (bytes)'),
      'How far the image is from the mean image: root mean square, in bytes.',
      'image norm',
    ),
  ];
  return new Section(
    'Over the iterations',
    html`<p class="quiet">${history.length > mostCurves ? banded : 'A curve for each objective.'}</p>
      ${plotFigures(figures)}`,
  );
}

const banded =
  'The bands hold all, 80 % and 50 % of the objectives; one that has ended counts with its last value.';

function curvesOf(series: Series, { run, rows, history }: AscentReportInput): Curve[] {
  return history.flatMap((record: AscentHistory, number): Curve[] => {
    if (series === 'confidence' && !isWatched(run.settings, number)) return [];
    const row = rows[number];
    const label = row ? rowName(row, number, run.settings) : record.objective;
    return [{ label, number, values: record[series] }];
  });
}
