/** Gradients that vanish or are no numbers: the layer is named, and what was found is kept. */
import { describe, expect, test } from 'vitest';
import { classObjectives } from '../../src/ascent/objective/parse-objective.ts';
import { decodeImage } from '../../src/node/image-file.ts';
import { readAscent } from '../../src/runs/ascent/read.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import type { Model } from '../../src/model/model.ts';
import { tinyModel } from '../evolution/tiny-run.ts';
import { stepPatience } from '../../src/kernels/ascent/ascent-step.ts';
import { ascentOutcome, tinyAscent, tinyAscentSettings } from './tiny-ascent.ts';

/** The tiny network with some of its numbers changed. */
function spoilt(
  tensor: string,
  change: (value: number, index: number) => number,
  model = tinyModel(),
): Model {
  const weights = new Map(model.weights);
  const { shape, data } = weights.get(tensor)!;
  weights.set(tensor, { shape, data: data.map(change) });
  return { ...model, weights };
}

const settings = {
  ...tinyAscentSettings,
  objectives: classObjectives([1, 2], 'log-probability', [], tinyModel()),
  steps: 30,
};

async function climbed(model: Model) {
  const storage = new MemoryStorage();
  const summary = await tinyAscent({ storage, model, settings });
  const { rows, history } = await readAscent(storage);
  return { storage, summary, rows, history };
}

describe('an ascent whose gradient', () => {
  test('vanishes behind a rectifier that is never on says so, and at which layer', async () => {
    const { rows, summary, storage } = await climbed(spoilt('conv1.bias', () => -1e4));
    expect(summary.complete).toBe(true);
    for (const { fault, iterations, picture } of rows) {
      expect(fault).toBe('the gradient vanishes at pool1 (iteration 0)');
      expect(iterations).toBe(stepPatience - 1);
      expect(decodeImage(storage.files.get(picture)!, picture).extent[2]).toBe(12);
    }
  });

  test('vanishes at a layer without weights is told from one that is lost later', async () => {
    const { rows } = await climbed(spoilt('ip1.weight', () => 0));
    expect(rows[0]!.fault).toMatch(/^the gradient vanishes at relu1/);
  });

  test.each([
    ['conv1.weight', 'the activations are no finite numbers at pool1 (iteration 0)'],
    ['ip1.bias', 'the activations are no finite numbers at logits (iteration 0)'],
  ])('is no number because of %s stops at once', async (tensor, fault) => {
    const { rows, history } = await climbed(spoilt(tensor, (value, index) => (index === 0 ? NaN : value)));
    for (const row of rows) {
      expect(row.fault).toBe(fault);
      expect(row.iterations).toBe(0);
    }
    expect(history[0]!.gradientNorm).toEqual([0]);
  });

  test('is too large for a float is found at the layer that made it', async () => {
    const { rows } = await climbed(
      spoilt(
        'conv1.weight',
        (value) => value * 1e30,
        spoilt('ip1.weight', (value) => value * 1e30),
      ),
    );
    expect(rows[0]!.fault).toMatch(
      /^the (activations are no finite numbers|gradient is no finite number) at /,
    );
  });

  test.each([
    [
      'large',
      1e12,
      /^the gradient of the image is too large for 32-bit floats, up to \d\.\de\+2\d a byte \(iteration 0\)$/,
    ],
    [
      'small',
      1e-14,
      /^the gradient of the image is too small for 32-bit floats, up to \d\.\de-\d+ a byte \(iteration 0\)$/,
    ],
  ])('whose squares are too %s for floats says so', async (_, factor, fault) => {
    const scaled = (name: string, from = tinyModel()) => spoilt(name, (value) => value * factor, from);
    const { rows } = await climbed(scaled('conv1.weight', scaled('ip1.weight')));
    // Of a class that the start is sure to be already, nothing is lost.
    expect(rows.map((row) => row.fault)).toContainEqual(expect.stringMatching(fault));
  });

  test('fails repeats bit for bit', async () => {
    const model = spoilt('conv1.bias', () => -1e4);
    const [one, other] = [new MemoryStorage(), new MemoryStorage()];
    await tinyAscent({ storage: one, model, settings, hooks: { submissionTime: 0 } });
    await tinyAscent({ storage: other, model, settings, hooks: { submissionTime: 1000 } });
    expect(ascentOutcome(one)).toEqual(ascentOutcome(other));
  });
});
