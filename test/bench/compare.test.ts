import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ambiguities, type Ambiguity } from '../../bench/compare/ambiguity.ts';
import { addCompare, compareFiles, comparisonLines, summary } from '../../bench/compare/compare-command.ts';
import { compareResults } from '../../bench/compare/compare.ts';
import { holm, testable } from '../../bench/compare/multiple-tests.ts';
import { readResults, checkedResults } from '../../bench/report/results-file.ts';
import { begin, processIo } from '../../src/cli/io.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { around, kernelRow, networkRow, origin } from './results.ts';
import { covering } from '../support/full.ts';

const results = (rows: readonly object[], more: object = {}) =>
  checkedResults({ ...origin, ...more, rows }, 'a.json');
const verdict = (before: readonly number[], after: readonly number[], withTimes = true) => {
  const row = (times: readonly number[]) => results([kernelRow('conv1', 'tile', times, withTimes)]);
  return compareResults(row(before), row(after)).rows[0]!;
};

describe('a row is called', () => {
  it.each([
    ['slower', around(1, 0.02), around(1.1, 0.02)],
    ['faster', around(1, 0.02), around(0.9, 0.02)],
    ['same', around(1, 0.02), around(1.001, 0.02)],
    ['same, though significantly 1 % slower,', around(1, 0.004), around(1.01, 0.004)],
    ['ambiguous', around(1, 0.2), around(1.1, 0.2)],
    ['ambiguous', around(1, 0.2), around(1, 0.2)],
  ])('%s by its times', (expected, before, after) => {
    const row = verdict(before, after);
    expect(row).toMatchObject({ verdict: expected.split(',')[0], basis: 'times' });
    expect(row.interval![0]).toBeLessThanOrEqual(row.ratio);
    expect(row.interval![1]).toBeGreaterThanOrEqual(row.ratio);
  });

  it.each([
    ['slower', around(1, 0.02), around(1.1, 0.02)],
    ['faster', around(1, 0.02), around(0.9, 0.02)],
    ['same', around(1, 0.005), around(1.001, 0.005)],
    ['ambiguous', around(1, 0.1), around(1.1, 0.1)],
  ])('%s by its spread where there are no times', (expected, before, after) => {
    expect(verdict(before, after, false)).toMatchObject({ verdict: expected, basis: 'spread' });
  });

  it('by its spread where no arrangement of so few times would be significant', () => {
    expect(verdict([1, 1.01, 1.02], [2, 2.01, 2.02])).toMatchObject({ verdict: 'slower', basis: 'spread' });
  });

  it('ambiguous after a single run', () => {
    expect(verdict([1], [2])).toMatchObject({ verdict: 'ambiguous', basis: 'single run', ratio: 2 });
  });

  it('ambiguous where the machine was disturbed, on either side', () => {
    const calm = kernelRow('conv1', 'tile', around(1, 0.02));
    const disturbed = { ...kernelRow('conv1', 'tile', around(2, 0.02)), slowdown: 1.3 };
    for (const [before, after] of [
      [calm, disturbed],
      [disturbed, calm],
    ]) {
      const [row] = compareResults(results([before!]), results([after!])).rows;
      expect(row).toMatchObject({ verdict: 'ambiguous', basis: 'disturbed' });
    }
    const left = { ...disturbed, slowdown: 1.01 };
    expect(compareResults(results([calm]), results([left])).rows[0]).toMatchObject({ verdict: 'slower' });
  });

  it('ambiguous where the slowdown of the machine explains the difference', () => {
    const of = (centre: number, slowdown: number) =>
      results([{ ...kernelRow('conv1', 'tile', around(centre, 0.02)), slowdown }]);
    const verdictAt = (before: number, after: number) =>
      compareResults(of(1, before), of(1.08, after)).rows[0]!.verdict;
    expect(verdictAt(1, 1.07)).toBe('ambiguous');
    expect(verdictAt(1, 1.02)).toBe('slower');
    // That the first was measured on a slower machine makes it no better.
    expect(verdictAt(1.07, 1.02)).toBe('slower');
    expect(compareResults(of(1.08, 1.07), of(1, 1)).rows[0]!.verdict).toBe('ambiguous');
    expect(compareResults(of(1.08, 1), of(1, 1.07)).rows[0]!.verdict).toBe('faster');
  });

  it('ambiguous where visits of one run differ as much among themselves', () => {
    const of = (centre: number, visitsMs: readonly number[]) =>
      results([{ ...kernelRow('conv1', 'tile', around(centre, 0.02)), visitsMs }]);
    const verdictOf = (before: readonly number[], after: readonly number[]) =>
      compareResults(of(1, before), of(1.1, after)).rows[0]!.verdict;
    expect(verdictOf([0.99, 1, 1.02], [1.09, 1.1, 1.12])).toBe('slower');
    expect(verdictOf([0.99, 1, 1.09], [1.09, 1.1, 1.12])).toBe('ambiguous');
    expect(verdictOf([0.99, 1, 1.02], [1.03, 1.1, 1.12])).toBe('ambiguous');
  });

  it('ambiguous where the machine was slower throughout one of the runs', () => {
    const of = (centre: number, fixedWorkMs: number) =>
      results([kernelRow('conv1', 'tile', around(centre, 0.02))], { fixedWorkMs });
    const alike = compareResults(of(1, 15), of(1.2, 15.3)).rows[0];
    expect(alike).toMatchObject({ verdict: 'slower', basis: 'times' });
    for (const [before, after] of [
      [15, 18],
      [18, 15],
    ] as const) {
      const [row] = compareResults(of(1, before), of(1.2, after)).rows;
      expect(row).toMatchObject({ verdict: 'ambiguous', basis: 'disturbed' });
    }
    // Another machine may well be another one throughout.
    const elsewhere = { ...of(1.2, 18), adapter: { ...origin.adapter, description: 'Beads 2.0' } };
    expect(compareResults(of(1, 15), elsewhere).rows[0]).toMatchObject({ verdict: 'slower' });
  });

  it('ambiguous where a clock was too coarse to show anything', () => {
    expect(verdict(Array(20).fill(0), around(1, 0.1)).verdict).toBe('ambiguous');
  });

  it('the other way round when the files are swapped', () => {
    const opposite = { slower: 'faster', faster: 'slower', same: 'same', ambiguous: 'ambiguous' } as const;
    const times = fc
      .tuple(fc.double({ min: 0.8, max: 1.2, noNaN: true }), fc.double({ min: 0.001, max: 0.1, noNaN: true }))
      .map(([centre, spread]) => around(centre, spread));
    fc.assert(
      fc.property(times, times, fc.boolean(), (a, b, withTimes) => {
        expect(verdict(b, a, withTimes).verdict).toBe(opposite[verdict(a, b, withTimes).verdict]);
      }),
    );
  });
});

describe('two results files', () => {
  it('are matched by what their rows measure', () => {
    const a = results([
      kernelRow('conv1', 'old', around(1, 0.01)),
      kernelRow('conv1', 'tile', around(1, 0.01)),
      networkRow('LeNet training step (an epoch of 60000 takes 49 s)', 64, around(1, 0.01)),
    ]);
    const b = results([
      networkRow('LeNet training step (an epoch of 60000 takes 98 s)', 64, around(2, 0.01)),
      networkRow('LeNet training step', 32, around(1, 0.01)),
      kernelRow('conv1', 'tile', around(1, 0.01)),
    ]);
    const { rows, onlyBefore, onlyAfter } = compareResults(a, b);
    expect(rows.map(({ row, verdict }) => [row, verdict])).toEqual([
      ['conv2d, conv1: tile', 'same'],
      ['LeNet training step, batch 64', 'slower'],
    ]);
    expect(onlyBefore).toEqual(['conv2d, conv1: old']);
    expect(onlyAfter).toEqual(['LeNet training step, batch 32']);
  });

  it('of different adapters, machines or versions are compared with a warning', () => {
    const rows = [kernelRow('conv1', 'tile', around(1, 0.01))];
    const adapter = { ...origin.adapter, description: 'Beads 1.1' };
    const { warnings } = compareResults(results(rows), results(rows, { adapter, versions: { node: 'v22' } }));
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('beads (Beads 1.0 <driver>), then beads (Beads 1.1)');
    expect(compareResults(results(rows), results(rows)).warnings).toEqual([]);
  });

  it('that are one file hold nothing slower or faster', () => {
    for (const name of covering(['lavapipe', 'swiftshader'], ['swiftshader'])) {
      const file = readResults(`bench/results/${name}.json`);
      const comparison = compareResults(file, file);
      expect(comparison.rows).toHaveLength(file.rows.length);
      expect(comparison.rows.filter(({ verdict }) => !['same', 'ambiguous'].includes(verdict))).toEqual([]);
    }
  });

  it('that differ by chance alone seldom hold anything slower or faster', () => {
    // 100 rows, each of two draws from one distribution.
    let state = 1;
    const draw = () =>
      Array.from({ length: 20 }, () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return 1 + 0.2 * (state / 2 ** 32);
      });
    const rows = () => Array.from({ length: 100 }, (_, i) => kernelRow(`shape ${String(i)}`, 'tile', draw()));
    const { rows: compared } = compareResults(results(rows()), results(rows()), 0);
    expect(compared.filter(({ p }) => p! < 0.05).length).toBeGreaterThan(0);
    expect(compared.filter(({ verdict }) => verdict === 'slower' || verdict === 'faster')).toEqual([]);
  });

  it('are printed as a table that says how it was judged', () => {
    const before = results([kernelRow('conv1', 'tile', around(1, 0.02)), networkRow('LeNet', 4, [1, 2])]);
    const after = results([kernelRow('conv1', 'tile', around(1.1, 0.02)), networkRow('LeNet', 4, [1, 2])]);
    const comparison = compareResults(before, after);
    const text = comparisonLines(comparison).join('\n');
    expect(text).toMatch(/conv2d, conv1: tile\s+1 ms\s+1\.1 ms\s+\+10\.0 %.*slower\s+times/);
    expect(text).toContain('Holm');
    expect(summary(comparison.rows)).toBe('2 rows: 1 slower, 0 faster, 0 same, 1 ambiguous');
  });
});

describe('an ambiguous row says why:', () => {
  const row = (times: readonly number[], more: object = {}) => ({
    ...kernelRow('conv1', 'tile', times),
    ...more,
  });
  const calm = row(around(1, 0.02));
  const bare = (times: readonly number[]) => kernelRow('conv1', 'tile', times, false);

  it.each([
    ['disturbed', [calm], [row(around(2, 0.02), { slowdown: 1.3 })]],
    ['slowdown', [calm], [row(around(1.08, 0.02), { slowdown: 1.07 })]],
    ['single run', [row([1])], [row([2])]],
    ['coarse clock', [row(Array<number>(20).fill(0))], [calm]],
    ['visits', [{ ...calm, visitsMs: [0.99, 1.09] }], [row(around(1.1, 0.02), { visitsMs: [1.09, 1.1] })]],
    ['scatter', [row(around(1, 0.2))], [row(around(1.1, 0.2))]],
    ['near threshold', [row(around(1, 0.02))], [row(around(1.025, 0.02))]],
    ['spread', [bare(around(1, 0.1))], [bare(around(1.1, 0.1))]],
  ])('%s', (reason, before, after) => {
    const comparison = compareResults(results(before), results(after));
    expect(comparison.rows[0]).toMatchObject({ verdict: 'ambiguous', reason });
    const text = comparisonLines(comparison).join('\n');
    const [why, remedy] = ambiguities[reason as Ambiguity];
    expect(text).toContain(`ambiguous, ${reason} (1 row): ${why}; ${remedy}`);
    expect(text.split('\n')[1]).toMatch(new RegExp(`ambiguous  ${reason}$`));
  });

  it('slower machine, throughout one of the runs', () => {
    const of = (fixedWorkMs: number) => results([calm], { fixedWorkMs });
    expect(compareResults(of(15), of(18)).rows[0]).toMatchObject({ reason: 'slower machine' });
  });

  it('many rows, among which one such is to be expected', () => {
    const others = Array.from({ length: 60 }, (_, index) =>
      kernelRow(`shape ${String(index)}`, 'tile', around(1, 0.2)),
    );
    const sides = [around(1, 0.1), around(1.09, 0.1)].map((times) => row(times));
    const alone = compareResults(results([sides[0]!]), results([sides[1]!])).rows[0]!;
    expect(alone).toMatchObject({ verdict: 'slower' });
    const among = compareResults(results([sides[0]!, ...others]), results([sides[1]!, ...others])).rows[0]!;
    expect(among).toMatchObject({ verdict: 'ambiguous', reason: 'many rows', p: alone.p });
  });

  it('and no other row has a reason', () => {
    const { rows } = compareResults(results([calm]), results([row(around(1.2, 0.02))]));
    expect(rows[0]).not.toHaveProperty('reason');
  });
});

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fool-compare-'));
  const file = (name: string, rows: readonly object[]) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify({ ...origin, rows }));
    return path;
  };

  it('refuses files without a common row, and says what they have', () => {
    const kernels = file('kernels.json', [kernelRow('conv1', 'tile', around(1, 0.02))]);
    const networks = file('networks.json', [networkRow('LeNet', 4, [1, 2])]);
    expect(() => compareFiles(kernels, networks, 0.03)).toThrow(UsageError);
    expect(() => compareFiles(kernels, networks, 0.03)).toThrow(
      /no row in common: .*kernels\.json has 1 row, such as “conv2d, conv1: tile”; .*networks\.json has 1 row, such as “LeNet, batch 4”/,
    );
    expect(() => compareFiles(file('none.json', []), kernels, 0.03)).toThrow(/none\.json has no rows/);
  });

  it('explains its threshold in per cent', () => {
    const program = new Command('fool bench');
    addCompare(program, begin(processIo, AbortSignal.abort()));
    const help = program.commands[0]!.helpInformation().replaceAll(/\s+/g, ' ');
    expect(help).toContain('changed by more than this');
    expect(help).toContain('(default: 3)');
  });
});

describe('many tests at once', () => {
  it('are corrected as Holm gives it', () => {
    // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
    expect(holm([0.01, undefined, 0.04, 0.03, 0.005])).toEqual([0.03, undefined, 0.06, 0.06, 0.02]);
  });

  it('leave out those that could not be significant', () => {
    expect(testable([0.1, 0.001, 0.004, 0.0049], 0.01)).toEqual(new Set([1, 2]));
    expect(testable([0.1, 0.001, 0.003, 0.0033], 0.01)).toEqual(new Set([1, 2, 3]));
    expect(testable([0.1], 0.01).size).toBe(0);
  });
});
