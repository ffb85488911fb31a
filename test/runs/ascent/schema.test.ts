import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Objective } from '../../../src/ascent/objective/objective.ts';
import {
  ascentArchiveSchema,
  ascentHistorySchema,
  ascentProgressSchema,
  ascentRecordSchema,
  ascentSummarySchema,
  isPicturePath,
  trialsSchema,
} from '../../../src/runs/ascent/schema.ts';
import { ascentSettingsSchema, type AscentRunSettings } from '../../../src/runs/ascent/settings-schema.ts';
import { fakeAscent, type FakeAscent } from '../../report/fake-ascent.ts';
import { fakeGenome } from '../../report/fake-run.ts';
import { everyReplacement } from '../../support/replacements.ts';

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const plain = fakeAscent().run.settings;

describe('the shapes of an ascent', () => {
  it.each<[string, FakeAscent]>([
    ['plain', {}],
    ['of a picture, units and faults', { fromPicture: true, unit: true, faulty: 1 }],
    ['of CPPNs in trials', { genomes: true, trials: 6 }],
  ])('hold the records of one %s as they were written', (_, fake) => {
    const { run, rows, progress, history, trials, summary } = fakeAscent(fake);
    expect(ascentRecordSchema.parse(throughJson(run))).toEqual(run);
    expect(ascentArchiveSchema.parse(throughJson(rows))).toEqual(rows);
    expect(trialsSchema.parse(throughJson(trials))).toEqual(trials);
    expect(ascentSummarySchema.parse(throughJson(summary))).toEqual(summary);
    for (const record of progress) expect(ascentProgressSchema.parse(throughJson(record))).toEqual(record);
    for (const record of history) expect(ascentHistorySchema.parse(throughJson(record))).toEqual(record);
  });

  it('hold every start, parametrisation, ball and precision that there is', () => {
    const others: Partial<AscentRunSettings>[] = [
      { start: { from: 'mean' } },
      { start: { from: 'uniform', size: 25 } },
      { parametrisation: { kind: 'fourier' } },
      {
        parametrisation: { kind: 'cppn', coordinates: 'pixels', mutations: 0, genomes: [fakeGenome(1)] },
      },
      { ball: { norm: 'l2', radius: 300 } },
      { denseWeights: 'f16' },
    ];
    for (const other of others) {
      const settings = { ...plain, ...other };
      expect(ascentSettingsSchema.parse(throughJson(settings))).toEqual(settings);
    }
  });

  it('hold sums of terms', () => {
    const objective: Objective = {
      name: 'conv2:3 - class 4',
      terms: [
        { of: 'unit', layer: 'conv2', channel: 3, weight: 1 },
        { of: 'log-probability', class: 4, weight: -1 },
      ],
      watched: 4,
    };
    const settings = { ...plain, objectives: [objective] };
    expect(ascentSettingsSchema.parse(throughJson(settings))).toEqual(settings);
  });

  it.each<[string, object]>([
    ['batch', { batch: 6 }],
    ['trials', { trials: [] }],
    ['start', { start: { from: 'nowhere' } }],
    ['until', { until: 2 }],
    ['steps', { steps: -1 }],
    ['parametrisation', { parametrisation: { kind: 'pixels' } }],
  ])('refuse settings of a wrong %s', (field, other) => {
    const { error } = ascentSettingsSchema.safeParse(throughJson({ ...plain, ...other }));
    expect(error?.issues.map(({ path }) => path[0])).toEqual([field]);
  });

  it('refuse a history whose lists differ in length', () => {
    const [record] = fakeAscent().history;
    const { error } = ascentHistorySchema.safeParse({ ...record, named: [1, 2] });
    expect(error?.issues[0]).toMatchObject({
      path: ['named'],
      message: '2 values beside 41 of the objective',
    });
  });

  it('refuse a row that lacks a milestone', () => {
    const [row] = fakeAscent().rows;
    expect(ascentArchiveSchema.safeParse([{ ...row, reached: [1, 2, 3] }]).success).toBe(false);
  });

  it('never throw for values of the wrong kind at any place', () => {
    const { run, rows, history, summary, trials } = fakeAscent({ trials: 2, genomes: true });
    let refused = 0;
    for (const [schema, value] of [
      [ascentRecordSchema, run],
      [ascentArchiveSchema, rows],
      [ascentHistorySchema, history[0]],
      [ascentSummarySchema, summary],
      [trialsSchema, trials],
    ] as const) {
      for (const other of everyReplacement(value)) refused += Number(!schema.safeParse(other).success);
    }
    expect(refused).toBeGreaterThan(1000);
  });
});

describe('a picture’s path', () => {
  it.each(['images/0001.png', 'images/class-12_a.b.png', 'trials/0003/0012.png', 'trials/12345/x.png'])(
    '%s is harmless',
    (path) => {
      expect(isPicturePath(path)).toBe(true);
    },
  );

  it.each([
    '/etc/passwd',
    '../x.png',
    'images/../x.png',
    'images/..png',
    'images/a/b.png',
    'images/.png/../../x.png',
    'images\\x.png',
    'trials/3/x.png',
    'trials/0003/../../x.png',
    'trials/x.png',
    'images/x.png\n',
    'images/x.png\0',
    'images/.png/x.jpg',
    'file:///images/x.png',
    'images/x y.png',
    'images/é.png',
    'genomes/x.png',
    '',
  ])('%j is refused', (path) => {
    expect(isPicturePath(path)).toBe(false);
    const [row] = fakeAscent().rows;
    expect(ascentArchiveSchema.safeParse([{ ...row, picture: path }]).success).toBe(false);
  });

  it('never leads out of its folder', () => {
    const piece = fc.constantFrom('images', 'trials', '0003', '..', '.', '/', '\\', 'x', '.png', '%2e', '\0');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = pieces.join('');
        if (!isPicturePath(path)) return;
        const { pathname } = new URL(path, 'file:///run/folder/');
        expect(pathname).toBe(`/run/folder/${path}`);
      }),
      { numRuns: 2000 },
    );
  });
});
