import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  mostCheckpointBytes,
  readTrainingCheckpoint,
  writeCheckpoint,
  type TrainingCheckpoint,
} from '../../src/model/training/training-checkpoint.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import type { Trained } from '../../src/model/training/training.ts';
import { TrainingCheckpointError, type TrainingState } from '../../src/model/training/training-state.ts';
import { openTestGpu } from '../gpu.ts';
import { mutationsOf } from '../support/hostile-bytes.ts';
import { stoppedAfter, tinySteps, tinyTraining } from './tiny-training.ts';

const bitsOf = ({ model: { weights } }: Trained) =>
  [...weights].map(([name, { data }]) => [name, Buffer.from(data.buffer).toString('hex')]);

const plan = {
  version: '0.1.0',
  architecture: 'tiny',
  adapter: 'an adapter',
  dataset: { name: 'noise', images: 13, sha256: '0'.repeat(64) },
  epochs: 2,
  seed: 5,
  descent: { batch: 4, rate: 0.1, momentum: 0.9, decay: 0.0005 },
  host: { adapter: 'auto', data: null },
  seconds: 1.5,
};

/** Through the bytes of a file, as a later process would get it. */
const throughFile = async (state: TrainingState): Promise<TrainingCheckpoint> =>
  readTrainingCheckpoint(await writeCheckpoint({ ...plan, ...state }), 'file');

describe('a training that goes on', () => {
  it('ends bit for bit like one that was never interrupted, wherever and however often it stopped', async () => {
    const whole = await tinyTraining();
    expect(whole).toMatchObject({ complete: true, step: tinySteps });
    for (const stops of [[0], [1], [3], [2, 4], [tinySteps - 1]]) {
      let from: TrainingState | undefined;
      for (const steps of stops) from = await throughFile(await stoppedAfter(steps, from));
      expect(from?.step).toBe(stops.at(-1));
      expect(bitsOf(await tinyTraining({ from: from! }))).toEqual(bitsOf(whole));
    }
  });

  it('has states saved while it goes on, each of them that of its own step', async () => {
    const states: TrainingState[] = [];
    const save = async (reading: Promise<TrainingState>) => {
      // Further steps are queued and done before this one counts as saved.
      await new Promise((done) => setTimeout(done, 3));
      states.push(await reading);
    };
    const whole = await tinyTraining({ checkpoints: { isDue: () => true, save } });
    expect(states.length).toBeGreaterThan(1);
    expect(states.every(({ step }) => step < tinySteps)).toBe(true);
    for (const from of states) expect(bitsOf(await tinyTraining({ from }))).toEqual(bitsOf(whole));
  });

  it('keeps the kernels that it began with, whatever was tuned meanwhile, or says that they are not there', async () => {
    const gpu = await openTestGpu();
    const whole = bitsOf(await tinyTraining());
    const from = await stoppedAfter(2);
    onTestFinished(() => {
      gpu.tuning = undefined;
    });
    gpu.tuning = {
      variantFor: (shape) =>
        shape.startsWith('matmul') && from.choices[shape] === 'plain' ? 'tile8x4' : 'plain',
    };
    expect((await stoppedAfter(2)).variants).not.toEqual(from.variants);
    expect(bitsOf(await tinyTraining({ from }))).toEqual(whole);
    for (const [label, here] of Object.entries(from.variants)) {
      const variants = { ...from.variants, [label]: 'matmul/gone8x8' };
      await expect(tinyTraining({ from: { ...from, variants } })).rejects.toThrow(
        `the training began with matmul/gone8x8 for ${label}, here it is ${here},`,
      );
    }
    expect(Object.keys(from.variants).join('; ')).toContain('cross-entropy');
  });

  it('refuses the tensors of another network', async () => {
    const state = await stoppedAfter(1);
    const longer = new Map(state.tensors).set('ip1.weight', new Float32Array(4));
    const more = new Map(state.tensors).set('ip9.weight', new Float32Array(4));
    for (const [tensors, message] of [
      [longer, /4 values of ip1\.weight, the network has 144/],
      [more, /4 values of ip9\.weight, the network has 0/],
    ] as const)
      await expect(tinyTraining({ from: { ...state, tensors } })).rejects.toThrow(message);
  });

  it('ends with a sentence where the weights grow beyond all numbers, and keeps no such state', async () => {
    const steps: number[] = [];
    const save = async (reading: Promise<TrainingState>) => {
      steps.push((await reading).step);
    };
    const descent = { batch: 4, rate: 1e30, momentum: 0.9, decay: 0 };
    const training = tinyTraining({ descent, checkpoints: { isDue: () => true, save } });
    await expect(training).rejects.toThrow(/^the loss is (NaN|Infinity) after 2 steps: .*another seed/);
    expect(steps).toEqual([1]);
  });

  it('stops where a state cannot be kept', async () => {
    const full = new Error('the disk is full');
    const checkpoints = { isDue: () => true, save: () => Promise.reject(full) };
    let last = 0;
    const training = tinyTraining({ checkpoints, onProgress: ({ step }) => (last = step) });
    await expect(training).rejects.toBe(full);
    expect(last).toBeLessThan(tinySteps);
  });
});

describe('a checkpoint file', () => {
  const state: TrainingState = {
    step: 4,
    loss: 0.5,
    variants: { 'conv1 forward': 'conv2d/plain' },
    choices: { 'conv2d batch=4': 'plain' },
    tensors: new Map([
      ['conv1.weight', Float32Array.of(1, -0, 1e-45, 3.4e38)],
      ['velocity of conv1.weight', Float32Array.of(0.1, 0, 0, 0)],
    ]),
  };
  const written = writeCheckpoint({ ...plan, ...state });

  it('holds every bit', async () => {
    const read = await readTrainingCheckpoint(await written, 'file');
    expect(read).toEqual({ ...plan, ...state });
    expect(Object.is(read.tensors.get('conv1.weight')![1], -0)).toBe(true);
    expect((await written).length).toBeLessThan(mostCheckpointBytes(lenet()));
  });

  it('of which any byte has changed, or that was cut anywhere, is refused', async () => {
    const valid = await written;
    const flipped = fc
      .tuple(fc.nat(valid.length - 1), fc.integer({ min: 1, max: 255 }))
      .map(([at, bits]) => valid.map((byte, index) => (index === at ? byte ^ bits : byte)));
    const cut = fc.nat(valid.length - 1).map((length) => valid.subarray(0, length));
    await fc.assert(
      fc.asyncProperty(fc.oneof(flipped, cut, mutationsOf(valid)), async (bytes) => {
        fc.pre(Buffer.compare(bytes, valid) !== 0);
        await expect(readTrainingCheckpoint(bytes, 'file')).rejects.toThrow(TrainingCheckpointError);
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, Partial<TrainingCheckpoint>, RegExp]>([
    ['a step beyond the end', { step: 6 }, /^file has a record .*step is beyond the end/],
    ['a batch that is no multiple of 4', { descent: { ...plan.descent, batch: 6 } }, /descent\.batch/],
    ['no seed', { seed: undefined as never }, /seed/],
  ])('with %s is refused, though its checksum holds', async (_, change, message) => {
    const bytes = await writeCheckpoint({ ...plan, ...state, ...change });
    await expect(readTrainingCheckpoint(bytes, 'file')).rejects.toThrow(message);
  });

  it('of another format says so', async () => {
    const bytes = Buffer.from(await written);
    bytes.write('2', bytes.indexOf('\n') - 1);
    await expect(readTrainingCheckpoint(bytes, 'file')).rejects.toThrow(
      /has format 2, this version reads format 1/,
    );
    await expect(readTrainingCheckpoint(Buffer.from('hello'), 'file')).rejects.toThrow(/is no checkpoint/);
  });
});
