import { expect, test } from 'vitest';
import type { NetworkRow } from '../../bench/networks/network-row.ts';
import { Recorder } from '../../bench/results-recorder.ts';
import { sampleOf } from '../../bench/sampling/sampling.ts';
import { ShownRows } from '../../bench/report/shown-rows.ts';
import { around, origin } from './results.ts';

const row = (work: string, milliseconds: number, more: Partial<NetworkRow> = {}): NetworkRow => {
  const sample = sampleOf(around(milliseconds, 0.01));
  return { work, batch: 4, adapter: 'beads', ...sample, imagesPerSecond: 1, ...more };
};

function shown() {
  const lines: string[] = [];
  const warnings: string[] = [];
  const adapter = { ...origin.adapter, reason: 'a test' };
  const recorder = new Recorder({ ...origin, adapter }, undefined);
  const rows = new ShownRows(recorder, {
    row: (line) => lines.push(line),
    say: (line) => lines.push(line),
    warn: (line) => warnings.push(line),
    width: () => 80,
  });
  const works = () => lines.filter((line) => line.includes('(latency')).map((line) => line.split(' (')[0]);
  return { rows, recorder, works, warnings };
}

test('a row that was kept and never shown is shown at the end, once, and as it was last', () => {
  const { rows, recorder, works, warnings } = shown();
  rows.leastProbeMs = () => 7;
  rows.keep(row('first', 5));
  rows.keep(row('second', 6));
  rows.keep(row('first', 9));
  rows.show(row('second', 6));
  expect(works()).toEqual(['second']);
  rows.end();
  rows.end();
  expect(works()).toEqual(['second', 'first']);
  expect(recorder.results().rows.map(({ adapter }) => adapter)).toEqual(['beads', 'beads']);
  expect(recorder.results()).toMatchObject({ fixedWorkMs: 7 });
  expect(warnings).toEqual([]);
});

test('a row above the peak of functions is warned of once, however often it comes', () => {
  const { rows, warnings } = shown();
  for (const share of [1.2, 1.3])
    rows.show(row('CPPN rendering', 5, { nodesPerSecond: 1e9, ofFunctions: share }));
  rows.show(row('other', 5, { nodesPerSecond: 1e9, ofFunctions: 0.9 }));
  rows.end();
  expect(warnings).toEqual([expect.stringMatching(/^1 row above 100 % of the roof, .*--measure-roofs/)]);
});
