/** What is climbed side by side is climbed as if alone, and repeats bit for bit, however it is cut and interrupted. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { AscentState } from '../../src/runs/ascent/checkpoint.ts';
import { classObjectives } from '../../src/ascent/objective/parse-objective.ts';
import type { AscentHistory, AscentRow } from '../../src/runs/ascent/schema.ts';
import type { AscentRunSettings } from '../../src/runs/ascent/settings-schema.ts';
import { createJudge } from '../../src/model/judge.ts';
import { decodeImage } from '../../src/node/image-file.ts';
import { crc32 } from '../../src/storage/crc32.ts';
import { previousOf } from '../../src/storage/generations.ts';
import { readAscent } from '../../src/runs/ascent/read.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { RecordingStorage, copyOf } from '../runs/evolution/failing-storage.ts';
import { tinyModel } from '../evolution/tiny-run.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose } from '../kernels/numbers.ts';
import { covering, full } from '../support/full.ts';
import {
  ascentKinds,
  ascentOutcome,
  plainClimb,
  tinyAscent,
  tinyAscentSettings,
  tinyPictures,
} from './tiny-ascent.ts';

/** Steps that hardly move an image. */
const still = { rule: 'constant', size: 1e-30 } as const;

async function outcome(settings: AscentRunSettings, hooks = {}): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  await tinyAscent({ storage, settings, hooks });
  return storage;
}

async function single(settings: AscentRunSettings, place: number): Promise<[AscentRow, AscentHistory]> {
  const objectives = settings.objectives.slice(place, place + 1);
  const { rows, history } = await readAscent(await outcome({ ...settings, objectives }));
  return [rows[0]!, history[0]!];
}

const quick = ['pixels', 'Adam and random views', 'CPPNs', 'pictures, each in a ball'];
const kinds = covering(
  ascentKinds,
  ascentKinds.filter(([name]) => quick.includes(name)),
);

describe.each(kinds)('an ascent with %s', (name, settings) => {
  const whole = new RecordingStorage();
  beforeAll(() => tinyAscent({ storage: whole, settings, hooks: { submissionTime: 0 } }));

  test('repeats bit for bit, however long its submissions are', async () => {
    const once = ascentOutcome(whole);
    expect(Object.keys(once).length).toBeGreaterThan(6);
    expect(ascentOutcome(await outcome(settings, { submissionTime: 1000 }))).toEqual(once);
  });

  test.runIf(full || name !== 'pixels')(
    'resumed after being killed at any write ends as if it had never stopped',
    async () => {
      const every = Math.ceil(whole.moments.length / (full ? 12 : 4));
      for (let moment = 1; moment < whole.moments.length; moment += every) {
        const storage = copyOf(whole.moments[moment]!);
        if (!storage.files.has('run.json')) continue;
        await tinyAscent({ storage, settings, resume: true });
        expect(ascentOutcome(storage), `killed after write ${String(moment)}`).toEqual(ascentOutcome(whole));
      }
    },
  );

  test('stopped by its host keeps the best so far, and goes on from there', async () => {
    const storage = new MemoryStorage();
    let asked = 0;
    const stopped = await tinyAscent({
      storage,
      settings,
      hooks: { submissionTime: 0, shouldStop: () => ++asked > 3 },
    });
    expect(stopped.complete).toBe(false);
    if (settings.trials.length === 1) expect((await readAscent(storage)).rows.length).toBeGreaterThan(0);
    const summary = await tinyAscent({ storage, settings, resume: true });
    expect(summary.complete).toBe(true);
    expect(ascentOutcome(storage)).toEqual(ascentOutcome(whole));
  });
});

test.each(covering(ascentKinds, kinds.slice(1)).slice(0, -1))(
  'five objectives side by side are five alone: %s',
  async (_, settings) => {
    const together = await readAscent(await outcome({ ...settings, batch: 8 }));
    expect(together.rows).toHaveLength(5);
    for (const place of [0, 3, 4]) {
      const [row, history] = await single({ ...settings, batch: 4 }, place);
      const { iteration, iterations, reached, confidence } = together.rows[place]!;
      expect([row.iteration, row.iterations, row.reached]).toEqual([iteration, iterations, reached]);
      expectClose([row.confidence], [confidence], { atol: 1e-5, rtol: 0 });
      expectClose(history.confidence, together.history[place]!.confidence, { atol: 1e-5, rtol: 0 });
    }
  },
);

/** As versions that compared images by confidence left a state. */
function older(storage: MemoryStorage): void {
  const path = 'checkpoint/ascent.json';
  const state = JSON.parse(new TextDecoder().decode(storage.files.get(path))) as AscentState;
  const bytes = Uint8Array.from(storage.files.get(state.tensors!.file)!);
  // `best` [4, batch] is the third tensor of a climb without momentum, and its last.
  const best = new Float32Array(bytes.buffer, bytes.length - 16 * tinyAscentSettings.batch);
  const courses = state.courses.map(({ best: { iteration }, ...trajectory }) => ({
    ...trajectory,
    best: { iteration, score: trajectory.confidence[iteration]! },
  }));
  for (const [lane, place] of state.slots.entries()) best[lane] = courses[place]!.best.score;
  const tensors = { ...state.tensors!, crc32: crc32(bytes) };
  const rows = state.rows.map((row) => (row === null ? null : { ...row, logOdds: undefined }));
  storage.files.set(state.tensors!.file, bytes);
  const old = { ...state, format: 1, courses, rows, tensors, checksum: undefined };
  storage.files.set(path, new TextEncoder().encode(JSON.stringify(old)));
  storage.files.delete(previousOf(path));
}

test('a state of an older version goes on to the same images', async () => {
  const [whole, parts] = [await outcome(tinyAscentSettings), new MemoryStorage()];
  let asked = 0;
  const hooks = { submissionTime: 0, shouldStop: () => ++asked > 7 };
  await tinyAscent({ storage: parts, hooks });
  older(parts);
  await tinyAscent({ storage: parts, resume: true });
  const [expected, found] = [await readAscent(whole), await readAscent(parts)];
  expect(found.rows.map(({ iteration }) => iteration)).toEqual(
    expected.rows.map(({ iteration }) => iteration),
  );
  expect(found.history).toEqual(expected.history);
});

test('files of an ascent with another seed do not pass for this one’s', async () => {
  const [ours, theirs] = [new MemoryStorage(), await outcome({ ...tinyAscentSettings, seed: 4 })];
  let asked = 0;
  await tinyAscent({ storage: ours, hooks: { submissionTime: 0, shouldStop: () => ++asked > 7 } });
  for (const path of ['checkpoint/ascent.json', 'archive.json', 'history.jsonl']) {
    const copy = copyOf(ours.files);
    copy.files.set(path, theirs.files.get(path)!);
    if (path.startsWith('checkpoint'))
      await expect(tinyAscent({ storage: copy, resume: true })).rejects.toThrow(/comes from another run: /);
    else await expect(readAscent(copy)).rejects.toThrow(/checksum does not hold/);
  }
});

test('an ascent that has lost trials which were complete does not go on without them', async () => {
  const storage = await outcome(ascentKinds.at(-1)![1]);
  storage.files.delete('trials.json');
  const files = new Map(storage.files);
  const resumed = tinyAscent({ storage, settings: ascentKinds.at(-1)![1], resume: true });
  await expect(resumed).rejects.toThrow(/trials\.json has 0 of the 2 trials that are complete: put it back/);
  expect(storage.files).toEqual(files);
});

test('images go on improving where confidence reads 1', async () => {
  const model = tinyModel();
  const sharp = {
    ...model,
    weights: new Map(
      [...model.weights].map(([name, { shape, data }]) => [
        name,
        { shape, data: name.startsWith('ip1.') ? data.map((value) => 30 * value) : data },
      ]),
    ),
  };
  const storage = new MemoryStorage();
  await tinyAscent({ storage, model: sharp, settings: { ...tinyAscentSettings, steps: 40 } });
  const { rows, history } = await readAscent(storage);
  const first = history.map(({ confidence }) => confidence.indexOf(1));
  for (const [index, { confidence, logOdds, iteration }] of rows.entries()) {
    expect(confidence).toBe(1);
    expect(logOdds).toBeGreaterThan(16.6);
    expect(iteration).toBeGreaterThan(first[index]!);
  }
});

test('another seed is another start', async () => {
  const [one, other] = await Promise.all(
    [3, 4].map(async (seed) => ascentOutcome(await outcome({ ...tinyAscentSettings, seed }))),
  );
  expect(one!['images/0000.png']).not.toBe(other!['images/0000.png']);
});

test('objectives that have reached their goal leave the others to climb', async () => {
  // A goal that the five reach after different numbers of steps.
  const settings = { ...tinyAscentSettings, until: 0.8, steps: 60 };
  const { rows } = await readAscent(await outcome(settings));
  for (const { confidence, iteration, iterations } of rows) {
    expect(confidence).toBeGreaterThanOrEqual(0.8);
    expect(iterations).toBe(iteration);
  }
  expect(new Set(rows.map(({ iteration }) => iteration)).size).toBeGreaterThan(1);
});

test('an avoided class stays less likely than where it is not avoided', async () => {
  const model = tinyModel();
  const confidenceOf = async (avoid: number[]) => {
    const objectives = classObjectives([2], 'logit', avoid, model);
    const { rows } = await readAscent(await outcome({ ...tinyAscentSettings, objectives, steps: 40 }));
    return rows[0]!;
  };
  const [free, avoiding] = [await confidenceOf([]), await confidenceOf([0, 1])];
  expect(avoiding.class).toBe(2);
  expect(avoiding.confidence).toBeGreaterThanOrEqual(free.confidence - 0.05);
});

test.each([
  ['l2', 60],
  ['l2', 61.5],
  ['linf', 7],
  ['linf', 2.9],
] as const)('bytes stay in the ball, before any step as well: %s %d', async (norm, radius) => {
  const [, settings] = ascentKinds.find(([name]) => name.startsWith('pictures'))!;
  const around = { ...settings, ball: { norm, radius }, steps: 6 };
  // A climb that only ever gets worse delivers the start, whose noise is wider than the ball.
  const kept = { ...around, trials: [{ name: 'still', climb: { ...plainClimb, decay: 0, step: still } }] };
  for (const [moves, some] of [
    [true, around],
    [false, kept],
  ] as const) {
    const storage = await outcome(some);
    const starts = tinyPictures(some);
    const { rows } = await readAscent(storage);
    expect(rows).toHaveLength(5);
    for (const [place, row] of rows.entries()) {
      const start = starts[some.objectives[place]!.picture!]!;
      expect([...decodeImage(storage.files.get(row.attack!.start)!, '').bytes]).toEqual([...start]);
      const { bytes: pixels } = decodeImage(storage.files.get(row.picture)!, row.picture);
      const changes = [...pixels].map((byte, index) => Math.abs(byte - start[index]!));
      const l2 = Math.sqrt(changes.reduce((sum, change) => sum + change * change, 0));
      expect(row.distance!.l2).toBeCloseTo(l2, 9);
      expect(row.distance!.linf).toBe(Math.max(...changes));
      expect(norm === 'l2' ? l2 : Math.max(...changes)).toBeLessThanOrEqual(radius);
      expect(l2).toBeGreaterThan(norm === 'l2' ? 0.75 * radius : 0);
      if (!moves) expect(row.iteration).toBe(0);
    }
  }
});

test('a blur does not lead out of a cube', async () => {
  const [, settings] = ascentKinds.find(([name]) => name.startsWith('pictures'))!;
  const blurred = { ...plainClimb, decay: 0, blur: { radius: 1.5, every: 1 } };
  const trials = [{ name: 'blurred', climb: blurred }];
  const { rows } = await readAscent(
    await outcome({ ...settings, trials, ball: { norm: 'linf', radius: 3 } }),
  );
  for (const { distance } of rows) expect(distance!.linf).toBeLessThanOrEqual(3);
});

test('attacks say what pictures are named before and after, and whether that was wanted', async () => {
  const [, settings] = ascentKinds.find(([name]) => name.startsWith('pictures'))!;
  const storage = new MemoryStorage();
  const model = tinyModel();
  const { attack: summary } = await tinyAscent({ storage, settings });
  const { run, rows } = await readAscent(storage);
  const judge = await createJudge(await openTestGpu(), model, 8);
  const named = async (pixels: Uint8Array) => {
    const [confidences] = await judge.judge(Uint8Array.from(pixels), 1);
    const first = confidences!.indexOf(Math.max(...confidences!));
    return { class: first, confidence: confidences![first]! };
  };
  let [succeeded, attacked] = [0, 0];
  for (const [place, { attack, picture }] of rows.entries()) {
    const before = await named(tinyPictures(settings)[run.settings.objectives[place]!.picture!]!);
    const after = await named(decodeImage(storage.files.get(picture)!, picture).bytes);
    expect([attack!.before.class, attack!.after.class]).toEqual([before.class, after.class]);
    expect(attack!.before.confidence).toBeCloseTo(before.confidence, 4);
    expect(attack!.after.confidence).toBeCloseTo(after.confidence, 4);
    const wanted = (one: number) => (place < 3 ? one !== place % 2 : one === 2 + (place % 2));
    expect([attack!.success, attack!.already ?? false]).toEqual([wanted(after.class), wanted(before.class)]);
    if (wanted(before.class)) continue;
    attacked++;
    if (wanted(after.class)) succeeded++;
  }
  judge.destroy();
  expect(summary).toMatchObject({ images: 5, attacked, succeeded });
});

test('what pictures are named is taken from whoever knows it already', async () => {
  const [, settings] = ascentKinds.find(([name]) => name.startsWith('pictures'))!;
  const storage = new MemoryStorage();
  // No network is so sure of all of them.
  const named = tinyPictures(settings).map((_, place) => ({
    class: place % 3,
    label: 'told',
    confidence: 0.125,
  }));
  await tinyAscent({ storage, settings, named });
  const { run, rows } = await readAscent(storage);
  expect(run.starts).toEqual(named);
  for (const [place, { attack }] of rows.entries())
    expect(attack?.before).toEqual(named[run.settings.objectives[place]!.picture!]);
});
