/** The shipped networks are fooled from noise, and ONNX Runtime is as sure of the pictures on disk as the records say. */
import { expect, it } from 'vitest';
import { presets, type PresetName } from '../../src/ascent/optimiser/presets.ts';
import type { Climb } from '../../src/ascent/settings.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { expectClose } from '../kernels/numbers.ts';
import { climbed, onnxConfidences } from './shipped-ascents.ts';

const digits = Array.from({ length: 10 }, (_, digit) => digit);

type Case = readonly [what: string, preset: PresetName, seed: number, changes: Partial<Climb>];
const cases: readonly Case[] = [
  ['the default', 'default', 1, {}],
  ['the default', 'default', 2, {}],
  ['the patient one', 'patient', 1, {}],
  // One per cent decay and steps by progress meet at some 99.9 %: the nearer the top, the shorter the steps.
  ["the paper's rule without decay", 'paper', 1, { decay: 0 }],
];

it.each(cases)(
  'LeNet is at least 0.9999 sure of all ten digits within 250 steps by %s (%s, seed %i)',
  async (_, preset, seed, changes) => {
    const { model } = await loadModel('lenet-mnist');
    const { rows, pictures } = await climbed(model, digits, preset, {
      seed,
      steps: 250,
      // They climb on, which must not spoil the best.
      trials: [{ name: preset, climb: { ...presets[preset].climb, ...changes } }],
    });
    for (const { reached, confidence } of rows) {
      expect(reached[3]).not.toBeNull();
      expect(confidence).toBeGreaterThanOrEqual(0.9999);
    }
    const found = await onnxConfidences(model, pictures, digits);
    expectClose(
      found,
      rows.map(({ confidence }) => confidence),
      { atol: 1e-5, rtol: 0 },
    );
  },
);
