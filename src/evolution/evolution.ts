/** A run of evolution: what it is about, and what its host gives it. */
import type { Population } from '../genome/population.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Classifier } from '../model/classifier.ts';
import type { Archive } from './archive.ts';
import type { Checkpoint } from '../runs/evolution/checkpoint.ts';
import type { Lineage } from './lineage.ts';
import type { SearchMemory } from './limits.ts';
import type { RunFolder } from '../runs/evolution/folder.ts';
import type { ProgressRecord, RunRecord } from '../runs/evolution/records.ts';

export interface Evolution {
  readonly gpu: Gpu;
  readonly classifier: Classifier;
  readonly population: Population;
  readonly archive: Archive;
  /** Of the archive's elites. */
  readonly lineage: Lineage;
  /** Class of each cell. */
  readonly classes: readonly number[];
  readonly run: RunRecord;
  readonly folder: RunFolder;
  /** What it holds on the device. */
  readonly memory: SearchMemory;
  /** The state to go on from, already in archive and population. */
  readonly from?: Checkpoint;
}

/** How a host follows and steers a run. */
export interface EvolutionHooks {
  /** Milliseconds of a clock that only moves forward. */
  readonly now: () => number;
  readonly onGeneration?: (progress: ProgressRecord) => void;
  /** Something went wrong that does not end the run, such as a checkpoint that could not be saved. */
  readonly onWarning?: (text: string) => void;
  /** Milliseconds that went by before, for the times by stage. */
  readonly setUp?: number;
  /** Asked after every generation; true ends the run after saving. */
  readonly shouldStop?: () => boolean;
  /** Milliseconds between checkpoints, at least; 5 s unless told. */
  readonly checkpointEvery?: number;
  /** Checkpoints become rarer where saving would take more than this share of the time, up to 1; 0.1 unless told. */
  readonly savingShare?: number;
}
