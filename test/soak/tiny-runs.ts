/** Small runs of every kind, in this process, that the soak tests kill, damage and starve. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { MemoryStorage, Storage } from '../../src/storage/storage.ts';
import { ascentKinds, ascentOutcome, tinyAscent } from '../ascent/tiny-ascent.ts';
import { copyOf, RecordingStorage } from '../runs/evolution/failing-storage.ts';
import { outcomeOf, tinyColourModel, tinyModel, tinyRun, tinySettings } from '../evolution/tiny-run.ts';

export interface Going {
  readonly storage: Storage;
  readonly resume?: boolean;
  readonly gpu?: Gpu;
  /** Another run of the same kind, unless it is the kind's own seed. */
  readonly seed?: number;
  /** Asked after every generation or submission. */
  readonly shouldStop?: () => boolean;
  /** Called with what the run or its resumption warns of. */
  readonly onWarning?: (text: string) => void;
}

export interface TinyKind {
  readonly name: string;
  readonly kind: 'evolution' | 'ascent';
  /** Its newest checkpoint. */
  readonly state: string;
  /** Saves whenever it can. @returns whether it is complete */
  readonly go: (going: Going) => Promise<boolean>;
  /** What a repetition must give bit for bit. */
  readonly outcome: (storage: MemoryStorage) => Record<string, string>;
}

const evolutions = [
  ['CPPNs', 'cppn', tinyModel()],
  ['direct, genes in JSON', 'direct', tinyModel()],
  ['direct, genome files', 'direct', tinyColourModel()],
] as const;

export const tinyKinds: readonly TinyKind[] = [
  ...evolutions.map(([name, encoding, model]): TinyKind => ({
    name: `evolution, ${name}`,
    kind: 'evolution',
    state: 'checkpoint/state.json',
    outcome: outcomeOf,
    async go({ seed = tinySettings.seed, shouldStop, onWarning, ...going }) {
      const settings = { ...tinySettings, encoding, seed };
      const hooks = { ...(shouldStop && { shouldStop }), ...(onWarning && { onWarning }) };
      const { complete } = await tinyRun({
        ...going,
        model,
        settings,
        hooks,
      });
      return complete;
    },
  })),
  ...ascentKinds.map(([name, kindSettings]): TinyKind => ({
    name: `ascent, ${name}`,
    kind: 'ascent',
    state: 'checkpoint/ascent.json',
    outcome: ascentOutcome,
    async go({ seed = kindSettings.seed, shouldStop, onWarning, ...going }) {
      const hooks = { submissionTime: 0, ...(shouldStop && { shouldStop }), ...(onWarning && { onWarning }) };
      const settings = { ...kindSettings, seed };
      return (await tinyAscent({ ...going, settings, hooks })).complete;
    },
  })),
];

/** Records every state that a killed process could leave, an append that was cut in its middle among them. */
export class EveryMoment extends RecordingStorage {
  override async append(path: string, text: string): Promise<void> {
    const torn = copyOf(this.files);
    await torn.append(path, text.slice(0, Math.ceil(text.length / 2)));
    this.moments.push(torn.files);
    await super.append(path, text);
  }
}
