/** A device that is lost in the middle of a run: it ends with a sentence, and goes on from its folder on another device. */
import { describe, expect, test } from 'vitest';
import { GpuError } from '../../src/gpu/errors.ts';
import { openGpu } from '../../src/node/adapter.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { ascentOutcome, tinyAscent, tinyAscentSettings } from '../ascent/tiny-ascent.ts';
import { losingDevice, type Step } from '../support/losing-device.ts';
import { outcomeOf, tinyRun } from './tiny-run.ts';

const adapter = process.env['FOOL_ADAPTER'] ?? 'swiftshader';

describe.each<
  [string, typeof tinyRun | typeof tinyAscent, typeof outcomeOf, readonly (readonly [Step, number])[]]
>([
  ['an evolution', tinyRun, outcomeOf, [['submit', 40], ['dispatch', 130]]], // prettier-ignore
  [
    'an ascent',
    ({ storage, ...options }) =>
      tinyAscent({
        ...options,
        storage,
        settings: { ...tinyAscentSettings, steps: 8 },
        hooks: { submissionTime: 0 },
      }),
    ascentOutcome,
    [['submit', 40], ['dispatch', 200]], // prettier-ignore
  ],
])('%s', (_, go, outcome, losses) => {
  test('that loses its device again and again ends, resumed, like an undisturbed one', async () => {
    const [whole, storage] = [new MemoryStorage(), new MemoryStorage()];
    await go({ storage: whole });
    for (const [index, [step, at]] of losses.entries()) {
      const gpu = await openGpu(adapter);
      losingDevice(gpu, step, at);
      const error: unknown = await go({ storage, gpu, resume: index > 0 }).catch((thrown: unknown) => thrown);
      gpu.close();
      expect(error).toBeInstanceOf(GpuError);
      expect((error as GpuError).message).toMatch(/the device was lost/);
    }
    await go({ storage, resume: true });
    expect(outcome(storage)).toEqual(outcome(whole));
  });
});
