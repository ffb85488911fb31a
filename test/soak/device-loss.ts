/** The device is lost in the middle of a run: the run ends with a sentence, and goes on from its folder on another device. */
import { GpuError } from '../../src/gpu/errors.ts';
import { openGpu } from '../../src/node/adapter.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { losingDevice, type Step } from '../support/losing-device.ts';
import { below, firstDifference, oneOf, randomFrom, settled, Tally, type Soak } from './soak.ts';
import { tinyKinds, type TinyKind } from './tiny-runs.ts';

const kinds = tinyKinds.filter(({ name }) => /CPPNs|genome files|pixels|waves|trials/.test(name));
const steps: readonly Step[] = ['dispatch', 'submit'];

interface Reference {
  readonly kind: TinyKind;
  readonly outcome: Record<string, string>;
  /** How many of each there are in a whole run. */
  readonly total: Record<Step, number>;
}

async function referenceOf(kind: TinyKind, adapter: string): Promise<Reference> {
  const gpu = await openGpu(adapter);
  const counters = { dispatch: losingDevice(gpu, 'dispatch'), submit: losingDevice(gpu, 'submit') };
  const storage = new MemoryStorage();
  await kind.go({ storage, gpu });
  gpu.close();
  const total = { dispatch: counters.dispatch(), submit: counters.submit() };
  return { kind, outcome: kind.outcome(storage), total };
}

/** Runs until the device is lost there. @returns what the run said, or undefined where it was complete before */
async function runAndLose(kind: TinyKind, adapter: string, storage: MemoryStorage, step: Step, at: number) {
  const gpu = await openGpu(adapter);
  losingDevice(gpu, step, at);
  // Settings that a resumed run is not asked for are the kind's own.
  const ended = await settled(() => kind.go({ storage, gpu, resume: storage.files.has('run.json') }));
  gpu.close();
  return 'error' in ended ? ended.error : undefined;
}

export const deviceLoss: Soak = {
  tries: 'losses of the device at random dispatches and submissions, each resumed on a new one',
  count: 100,
  async run({ count, seed, adapter, note }) {
    const random = randomFrom(seed);
    const tally = new Tally('lost', 'resumed', 'identical', 'different', 'failed', 'other errors');
    // What nobody waits for any more must not end the process, nor go unseen.
    process.on('unhandledRejection', (reason) => {
      tally.fail('other errors', `a rejection that nobody handled: ${String(reason)}`);
    });
    const references: Reference[] = [];
    for (const kind of kinds) references.push(await referenceOf(kind, adapter));
    while (tally.counts.lost < count) {
      const { kind, outcome, total } = oneOf(random, references);
      const storage = new MemoryStorage();
      const place = [kind.name];
      // The run that goes on may lose its device too.
      for (let times = 1 + below(random, 2); times > 0 && tally.counts.lost < count; times--) {
        const step = oneOf(random, steps);
        const at = below(random, total[step]);
        const error = await runAndLose(kind, adapter, storage, step, at);
        if (!error) break; // it had less left to do
        tally.add('lost');
        place.push(`${step} ${String(at)}`);
        if (!(error instanceof GpuError))
          tally.fail('other errors', `${place.join(', ')}: ${error.stack ?? error.message}`);
      }
      const gpu = await openGpu(adapter);
      const resume = storage.files.has('run.json');
      const ended = await settled(() => kind.go({ storage, gpu, resume }));
      gpu.close();
      if (resume) tally.add('resumed');
      const path = firstDifference(kind.outcome(storage), outcome);
      if ('error' in ended) tally.fail('failed', `${place.join(', ')}: ${ended.error.message}`);
      else if (path !== undefined) tally.fail('different', `${place.join(', ')}: ${path} differs`);
      else tally.add('identical');
      if (tally.counts.lost % 10 === 0) note(`${String(tally.counts.lost)} of ${String(count)}`);
    }
    return { figures: tally.counts, broken: tally.broken };
  },
};
