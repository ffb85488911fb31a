/** A host in memory whose device is the one that tests share. */
import { conduct } from '../../src/experiments/conduct.ts';
import type { Experiment, Host, NamedModel } from '../../src/experiments/experiment.ts';
import {
  newRecord,
  readRecord,
  writeRecord,
  type ConclusionRecord,
} from '../../src/experiments/experiment-record.ts';
import { valuesAt, type Values } from '../../src/experiments/experiment-settings.ts';
import { filesOfExperiments } from '../../src/node/experiment-host.ts';
import { loadModel } from '../../src/node/model-file.ts';
import type { MemoryStorage } from '../../src/storage/storage.ts';
import { openTestGpu } from '../gpu.ts';

export interface Conducting {
  readonly storage: MemoryStorage;
  readonly given: Values;
  /** Networks by name, beside those that come along. */
  readonly models?: Readonly<Record<string, NamedModel>>;
  /** How often the experiment may ask whether to stop before it is told to. */
  readonly stopAfter?: number;
  /** Milliseconds that pass between two looks at the clock; the machine's clock unless told. */
  readonly tick?: number;
}

export interface Conducted {
  readonly conclusion: ConclusionRecord | undefined;
  readonly warnings: readonly string[];
  /** How often it asked. */
  readonly asked: number;
}

/** Begins an experiment, or goes on with the one in the storage. */
export async function conductOn(
  experiment: Experiment,
  { storage, given, models = {}, stopAfter = Infinity, tick }: Conducting,
): Promise<Conducted> {
  const record =
    (await readRecord(storage)) ??
    newRecord(experiment, 'quick', valuesAt(experiment.settings, 'quick', given), 'now');
  await writeRecord(storage, record);
  const warnings: string[] = [];
  let [asked, time] = [0, 0];
  const host: Host = {
    storage,
    now: () => (tick === undefined ? performance.now() : (time += tick)),
    ...filesOfExperiments(() => undefined),
    loadModel: async (name) => models[name] ?? loadModel(name),
    withDevice: async (work) => work(await openTestGpu()),
    shouldStop: () => asked++ >= stopAfter,
    onWarning: (warning) => warnings.push(warning),
  };
  const conclusion = await conduct(experiment, record, host, { onProgress: () => undefined });
  return { conclusion, warnings, asked };
}

/** All of a conclusion that does not tell the time. */
export const timeless = (conclusion: ConclusionRecord | undefined) => {
  const { cost, ...others } = conclusion ?? {};
  return { ...others, cost: cost?.map(({ what }) => what) };
};
