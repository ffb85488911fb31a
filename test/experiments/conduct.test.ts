/** Plans of made-up steps: what is done once is not done again, and what stops goes on. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { conduct } from '../../src/experiments/conduct.ts';
import { defineExperiment, type Host, type ExperimentStep } from '../../src/experiments/experiment.ts';
import { newRecord, readConclusion, stepPath, writeRecord } from '../../src/experiments/experiment-record.ts';
import { renderResults, resultId, type Result } from '../../src/experiments/results-page.ts';
import {
  differencesFromPaper,
  classes,
  countSetting,
  optionsFrom,
  publicText,
  same,
  SettingError,
  text,
  valuesAt,
} from '../../src/experiments/experiment-settings.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';

function counting() {
  const ran: string[] = [];
  const experiment = defineExperiment({
    name: 'counting',
    title: 'Counting',
    section: 'nowhere',
    about: 'adds numbers',
    settings: {
      steps: countSetting('how many', { quick: 3, paper: 10 }),
      seed: countSetting('where from', same(1), 0),
    },
    plan: ({ steps: wanted, seed }) => {
      const steps: ExperimentStep<number>[] = [];
      for (let index = 0; index < wanted; index++) {
        const before = steps[index - 1];
        steps.push({
          id: `step-${String(index)}`,
          title: `step ${String(index)}`,
          evaluations: 10,
          result: z.number(),
          run: (host, read) => {
            ran.push(`step-${String(index)}`);
            host.progress(5, 'half');
            return Promise.resolve((before ? read(before) : seed) + 1);
          },
        });
      }
      return {
        steps,
        conclude: (_, read) =>
          Promise.resolve({
            rows: [{ what: 'sum | total', paper: '10', here: String(read(steps.at(-1)!)) }],
            figures: [],
            remarks: ['<script>'],
            numbers: { sums: steps.map(read) },
            cost: [],
          }),
      };
    },
  });
  return { experiment, ran };
}

function hostOf(storage: MemoryStorage, stopAfter = Infinity) {
  let asked = 0;
  const warnings: string[] = [];
  const none = () => {
    throw new Error('these steps need none');
  };
  const host: Host = {
    storage,
    now: () => 0,
    loadModel: none,
    loadMnist: none,
    withDevice: none,
    encodePicture: none,
    decodePicture: none,
    openFolder: none,
    throughJpeg: none,
    testImages: none,
    openPictures: none,
    shouldStop: () => asked++ >= stopAfter,
    onWarning: (warning) => warnings.push(warning),
  };
  return { host, warnings };
}

async function conducted(storage: MemoryStorage, stopAfter?: number) {
  const { experiment, ran } = counting();
  const record = newRecord(experiment, 'quick', valuesAt(experiment.settings, 'quick'), 'now');
  await writeRecord(storage, record);
  const { host, warnings } = hostOf(storage, stopAfter);
  const done: number[] = [];
  const conclusion = await conduct(experiment, record, host, { onProgress: (value) => done.push(value) });
  return { conclusion, ran, warnings, done, record, experiment };
}

test('steps run in order, read what earlier ones found, and one bar counts them all', async () => {
  const { conclusion, ran, done } = await conducted(new MemoryStorage());
  expect(ran).toEqual(['step-0', 'step-1', 'step-2']);
  expect(conclusion?.numbers).toEqual({ sums: [2, 3, 4] });
  expect(conclusion?.differences).toEqual(['steps 3 (paper: 10)']);
  expect(done).toEqual([0, 5, 10, 10, 15, 20, 20, 25, 30]);
});

test('a stopped plan goes on where it stopped, to the same conclusion', async () => {
  const whole = new MemoryStorage();
  await conducted(whole);
  for (const stopAfter of [0, 1, 2]) {
    const storage = new MemoryStorage();
    expect((await conducted(storage, stopAfter)).conclusion).toBeUndefined();
    const { ran } = await conducted(storage);
    expect(ran).toHaveLength(3 - stopAfter);
    expect(storage.files).toEqual(whole.files);
  }
});

test.each([
  ['cut', (bytes: Uint8Array) => bytes.slice(0, -10)],
  [
    'changed',
    (bytes: Uint8Array) => new TextEncoder().encode(new TextDecoder().decode(bytes).replace('3', '7')),
  ],
])('a result that was %s is found again, with a warning', async (_, damage) => {
  const storage = new MemoryStorage();
  await conducted(storage);
  storage.files.set(stepPath('step-1'), damage(storage.files.get(stepPath('step-1'))!));
  const { conclusion, ran, warnings } = await conducted(storage);
  expect(ran).toEqual(['step-1']);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/steps\/step-1\.json.*done again/);
  expect(conclusion?.numbers).toEqual({ sums: [2, 3, 4] });
});

test('the results of an experiment with other settings are not taken', async () => {
  const storage = new MemoryStorage();
  await conducted(storage);
  const { experiment, ran } = counting();
  const record = newRecord(experiment, 'quick', { steps: 3, seed: 5 }, 'now');
  const { host, warnings } = hostOf(storage);
  const conclusion = await conduct(experiment, record, host, { onProgress: () => undefined });
  expect(ran).toHaveLength(3);
  expect(warnings).toHaveLength(3);
  expect(conclusion?.numbers).toEqual({ sums: [6, 7, 8] });
});

test('the page of results escapes what is markup', async () => {
  const storage = new MemoryStorage();
  const { record } = await conducted(storage);
  const conclusion = await readConclusion(storage, record);
  const page = renderResults([{ record, conclusion: conclusion!, id: 'counting-quick', options: [] }]);
  expect(page).toContain('| sum \\| total | 10 | 4 |');
  expect(page).toContain('- \\<script\\>');
  expect(page).toContain('Other than the paper’s: steps 3 (paper: 10).');
});

test('results of one experiment at one scale are told apart by the options that were given', async () => {
  const { record } = await conducted(new MemoryStorage());
  const first = { record, conclusion: { title: 'Counting' }, id: 'counting-quick' } as Result;
  expect(resultId(record, [])).toBe('counting-quick');
  expect(resultId(record, [first])).toBe('counting-quick-2');
  expect(resultId({ ...record, scale: 'paper' }, [first])).toBe('counting-paper');
  const some = {
    smallNorm: countSetting('', same(3)),
    of: classes('', same(null)),
    name: text('', 'x', same('a')),
    seed: countSetting('', same(1)),
  };
  const values = { smallNorm: 4, of: [3, 5], name: '/home/ann/net.onnx', seed: 1 };
  expect(optionsFrom(some, 'quick', values)).toEqual(['--small-norm 4', '--of 3,5', '--name net.onnx']);
});

test('a path is told to others without its folders', () => {
  expect(publicText('/home/ann/pictures/train/')).toBe('train');
  expect(publicText('C:\\nets\\some.caffemodel')).toBe('some.caffemodel');
  expect(publicText('/')).toBe('/');
  expect(publicText('lenet-mnist')).toBe('lenet-mnist');
  expect(publicText([3, 5])).toBe('3, 5');
  const settings = { model: text('', 'name', same('caffenet-tiny')) };
  expect(differencesFromPaper(settings, { model: '/home/ann/mine.onnx' })).toEqual([
    'model mine.onnx (paper: caffenet-tiny)',
  ]);
});

test('settings are read as they are meant, or refused with what was expected', () => {
  const some = {
    n: countSetting('', { quick: 1, paper: 2 }),
    of: classes('', same(null)),
    name: text('', 'x', same('a')),
  };
  expect(some.n.parse('12')).toBe(12);
  expect(some.of.parse('5,3')).toEqual([3, 5]);
  expect(some.of.parse('all')).toBeNull();
  for (const wrong of ['0', '-1', '1.5', '1e3', '', 'x', '99999999999'])
    expect(() => some.n.parse(wrong)).toThrow(SettingError);
  for (const wrong of ['', '1,,2', '1,1', 'a', '-3'])
    expect(() => some.of.parse(wrong)).toThrow(SettingError);
  expect(() => some.name.parse('')).toThrow(SettingError);
  const values = valuesAt(some, 'paper', { of: [3] });
  expect(values).toEqual({ n: 2, of: [3], name: 'a' });
  expect(differencesFromPaper(some, values)).toEqual(['of 3 (paper: all)']);
});
