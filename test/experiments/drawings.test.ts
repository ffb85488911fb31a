/** Each drawing is an XML file that stands alone, whatever labels it is given. */
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { bandsDrawing, boxesDrawing, tracesDrawing } from '../../src/experiments/drawings.ts';

const hostile = '<b onload="x">&\'"</b>';
const interval = { median: 0.5, low: 0.25, high: 0.75 };
const drawings = {
  bands: bandsDrawing([{ label: hostile, values: [interval, interval] }], {
    ...{ horizontal: hostile, axis: 'linear', what: hostile },
  }),
  traces: tracesDrawing(
    [
      {
        label: hostile,
        points: [
          { x: 1, y: 0.5 },
          { x: 10, y: 0.9 },
        ],
      },
    ],
    { horizontal: hostile, vertical: hostile, what: hostile, axis: 'nines', logarithmic: true },
  ),
  boxes: boxesDrawing([{ label: hostile, values: [0.1, 0.2, 0.9] }], { vertical: hostile, what: hostile }),
};

test.each(Object.entries(drawings))('%s', (_, svg) => {
  const names = new Set<string>();
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ uri, local }) => names.add(`${uri} ${local}`));
  parser.write(svg).close();
  expect(names).toContain('http://www.w3.org/2000/svg text');
  expect([...names].every((name) => name.startsWith('http://www.w3.org/2000/svg '))).toBe(true);
  expect(names).not.toContain('http://www.w3.org/2000/svg b');
});

test('a median stands between its bounds, where the axis says', () => {
  const paths = [...drawings.bands.matchAll(/ d="M([^"]*)"/g)].map(([, path]) => path!);
  // 316 is 0 and 20 is 1 on the linear axis; the band begins at the left edge.
  const band = paths.find((path) => path.endsWith('Z'));
  expect(band).toContain(',94');
  expect(band).toContain(',242');
  expect(paths).toContainEqual(expect.stringMatching(/^84,168L5\d\d,168$/));
});

test('many curves are named in the order in which they end, each in its colour, also one whose name is a colour', () => {
  const labels = ['none', 'red', 'three', 'four', 'five'];
  const svg = tracesDrawing(
    labels.map((label, place) => ({
      label,
      points: [
        { x: 0, y: 0 },
        { x: 1, y: 1 + place },
      ],
    })),
    { horizontal: 'x', vertical: 'y', what: 'curves' },
  );
  const fills = [...svg.matchAll(/fill="(#[0-9a-f]{6})" aria-label="text"><text[^>]*>([^<]*)</g)];
  expect(fills.map(([, , label]) => label)).toEqual(labels.toReversed());
  const strokes = [...svg.matchAll(/<path[^>]*stroke="(#[0-9a-f]{6})"/g)].map(([, stroke]) => stroke);
  expect(fills.map(([, fill]) => fill)).toEqual(strokes.toReversed());
});
