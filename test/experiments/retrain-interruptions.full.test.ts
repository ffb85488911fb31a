/** Retraining that is interrupted or damaged on its way. */
import { expect, test } from 'vitest';
import { retrainMnist } from '../../src/experiments/retrain-mnist.ts';
import { networkPath } from '../../src/experiments/training-step.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { conductOn, timeless } from './device-host.ts';

const small = { rounds: 2, images: 128, epochs: 1, evolutions: 1, generations: 2, population: 8, digits: 20 };
const checkpoint = 'networks/dnn-01.checkpoint';

test('interrupted in a training and in an evolution, networks and numbers are those of one piece', async () => {
  const whole = new MemoryStorage();
  // A clock that leaps a second at each look: every step of a training is reported, and may be its last.
  const complete = await conductOn(retrainMnist, { storage: whole, given: small, tick: 1000 });
  const storage = new MemoryStorage();
  // Before the first step, after it, and at the end of the second network's evolution.
  for (const stopAfter of [2, complete.asked - 3]) {
    const cut = await conductOn(retrainMnist, { storage, given: small, stopAfter, tick: 1000 });
    expect(cut.conclusion).toBeUndefined();
    if (stopAfter === 2) expect(storage.files.has(checkpoint)).toBe(true);
  }
  const { conclusion, warnings } = await conductOn(retrainMnist, { storage, given: small, tick: 1000 });
  expect(warnings).toEqual([]);
  expect(timeless(conclusion)).toEqual(timeless(complete.conclusion));
  for (const id of ['dnn-01', 'dnn-02'])
    expect(storage.files.get(networkPath(id))).toEqual(whole.files.get(networkPath(id)));
}, 600_000);

test('a damaged checkpoint costs the training, a damaged network is refused with what to do', async () => {
  const one = { ...small, rounds: 1 };
  const storage = new MemoryStorage();
  await conductOn(retrainMnist, { storage, given: one, stopAfter: 2, tick: 1000 });
  storage.files.set(checkpoint, storage.files.get(checkpoint)!.slice(0, -7));
  const { warnings } = await conductOn(retrainMnist, { storage, given: one, tick: 1000 });
  expect(warnings.join()).toMatch(/dnn-01\.checkpoint.*damaged.*begins anew/);
  const network = storage.files.get(networkPath('dnn-01'))!;
  storage.files.set(networkPath('dnn-01'), network.with(network.length - 1, network.at(-1)! ^ 1));
  storage.files.delete('steps/dnn-01-run-01.json');
  await expect(conductOn(retrainMnist, { storage, given: one, tick: 1000 })).rejects.toThrow(
    /networks\/dnn-01\.safetensors is damaged.*steps\/dnn-01\.json.* with replace$/,
  );
});
