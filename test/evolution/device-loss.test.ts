/** A device that is lost in the middle of a run: it ends with a sentence, and goes on from its folder on another device. */
import { expect, test } from 'vitest';
import { GpuError } from '../../src/gpu/errors.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { openGpu } from '../../src/node/adapter.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { ascentOutcome, tinyAscent, tinyAscentSettings } from '../ascent/tiny-ascent.ts';
import { losingDevice } from '../support/losing-device.ts';
import { outcomeOf, tinyRun } from './tiny-run.ts';

const adapter = process.env['FOOL_ADAPTER'] ?? 'swiftshader';

interface Going {
  readonly storage: MemoryStorage;
  readonly gpu?: Gpu;
  readonly resume?: boolean;
}
const evolution = (going: Going) => tinyRun(going);
const ascent = (going: Going) =>
  tinyAscent({
    ...going,
    settings: { ...tinyAscentSettings, objectives: tinyAscentSettings.objectives.slice(0, 2), steps: 8 },
    hooks: { submissionTime: 0 },
  });

test.each([
  ['an evolution', evolution, outcomeOf],
  ['an ascent', ascent, ascentOutcome],
] as const)(
  '%s that loses its device again and again ends, resumed, like an undisturbed one',
  async (_, go, outcome) => {
    const [whole, storage] = [new MemoryStorage(), new MemoryStorage()];
    await go({ storage: whole });
    for (const [step, at] of [
      ['submit', 7],
      ['dispatch', 15],
    ] as const) {
      const gpu = await openGpu(adapter);
      losingDevice(gpu, step, at);
      const resume = storage.files.has('run.json');
      const error: unknown = await go({ storage, gpu, resume }).catch((thrown: unknown) => thrown);
      gpu.close();
      expect(error).toBeInstanceOf(GpuError);
      expect((error as GpuError).message).toMatch(/the device was lost/);
    }
    await go({ storage, resume: true });
    expect(outcome(storage)).toEqual(outcome(whole));
  },
);
