/** Whole commands on the stand-in of a device, as `fool bench orchestrator` times them. */
import { expect, test } from 'vitest';
import { startRows } from '../../bench/orchestrator/start.ts';

test('commands run to their end on a device that computes nothing', async () => {
  const rows = [];
  // A command that fails throws what it said.
  for await (const row of startRows(1)) rows.push(row);
  expect(rows.map(({ command }) => command.split(' ')[0])).toEqual(['--help', 'evolve', 'evolve', 'report']);
  for (const { medianSeconds } of rows) expect(medianSeconds).toBeGreaterThan(0.01);
}, 120_000);
