/** The files of a run folder as types: everything a report, a resume or a verification reads. */
import type { ChoiceTable } from '../../gpu/tuning.ts';
import type { DenseStorage } from '../../network/parameters.ts';
import type { Ancestor } from '../../evolution/lineage.ts';
import type { RandomViews } from '../../model/crops.ts';
import type { SerialisedGenome } from '../../genome/genome.ts';

/** What the user asked for. Two runs with equal settings on one adapter give the same archive. */
export interface RunSettings {
  readonly model: string;
  readonly encoding: 'cppn' | 'direct';
  readonly generations: number;
  readonly population: number;
  readonly seed: number;
  readonly crops: 1 | 10;
  /** Averaged in place of the crops. */
  readonly randomViews?: RandomViews;
  /** How dense weights are kept on the device; f32 when absent. */
  readonly denseWeights?: DenseStorage;
  /** Classes that have a cell; every class of the model when absent. */
  readonly classes?: readonly number[];
  /** The frame in which a CPPN sees x and y (protocol: pixel indices, or normalised to [−1, 1]). */
  readonly coordinates: 'pixels' | 'normalised';
}

/** `run.json`: written once at the start. */
export interface RunRecord {
  readonly format: 1;
  readonly version: string;
  readonly started: string;
  /** By which its records are told from those of a run with other settings; older runs have none. */
  readonly mark?: string;
  readonly settings: RunSettings;
  readonly model: {
    readonly name: string;
    readonly architecture: string;
    /** SHA-256 of the weight file in hexadecimal, so that a resume notices another network. */
    readonly sha256: string;
    readonly labels: readonly string[];
    /** Channels, height and width of the evolved image. */
    readonly image: readonly [channels: number, height: number, width: number];
  };
  readonly adapter: {
    readonly name: string;
    readonly kind: 'swiftshader' | 'lavapipe' | 'gpu';
    readonly description: string;
    readonly reason: string;
  };
  /** Kernel variant per layer, e.g. `{ "conv1 forward": "conv2d/quads12x4" }`. */
  readonly variants: Readonly<Record<string, string>>;
  /** Variant by the key of its shape, where there was a choice: a resumed run takes the same. Older records have none. */
  readonly choices?: ChoiceTable;
  /** Whether the files of pictures carry the names of their classes; those of older runs have numbers alone. */
  readonly namedPictures?: boolean;
  /** Generation from which on the run was rebuilt of its archive: it is no longer the run that its seed gives. */
  readonly rebuiltAt?: number;
}

/** A line of `progress.jsonl`. */
export interface ProgressRecord {
  readonly generation: number;
  readonly evaluations: number;
  /** Wall-clock seconds spent in this run so far, interruptions left out. */
  readonly seconds: number;
  readonly median: number;
  readonly mean: number;
  readonly min: number;
  readonly best: number;
  /** Confidence of each cell in the archive's order. */
  readonly confidences: readonly number[];
  /** Cells that got a new elite in this generation; by the population, cells won per child. */
  readonly replaced: number;
  /** Of them, those that were won by a child of another class's elite; here as below, older records have none. */
  readonly goalSwitches?: number;
  /** QD-score: the sum of the confidences of all cells (as pyribs defines it, with an offset of 0). */
  readonly qdScore?: number;
  /** Cells whose confidence is at least 0.9, 0.99 and 0.9999. */
  readonly above90?: number;
  readonly above99?: number;
  readonly above9999?: number;
}

/** `archive.json` is an array of these, one per cell. */
export interface CellRecord {
  readonly class: number;
  readonly label: string;
  readonly confidence: number;
  /** log p − log(1 − p) of that confidence p, by which elites are compared; older records have none. */
  readonly logOdds?: number;
  /** Identity of the elite: the running number of its evaluation, from 0. */
  readonly id: number;
  /** Identity of the elite it was copied from; null in generation 0. */
  readonly parent: number | null;
  readonly generation: number;
  /** How often the cell changed hands through a child of another class's elite. */
  readonly goalSwitches: number;
  /** How often it changed hands at all, its first elite left out; runs that older versions began have none. */
  readonly replacements?: number;
  readonly genome: SerialisedGenome;
}

/** `lineage.json`: the elites of `archive.json` and their ancestors, each after its parent. */
export interface LineageRecord {
  readonly format: 1;
  /** Of the run, where that has one. */
  readonly mark?: string;
  readonly ancestors: readonly Ancestor[];
}

/** Wall-clock milliseconds of a run by stage; device stages by timestamp queries where there are any. */
export interface StageTimes {
  /** Until the search begins: reading the model, opening the device, compiling; 0 in older records. */
  readonly setUp: number;
  readonly render: number;
  readonly network: number;
  readonly readBack: number;
  readonly evolution: number;
  readonly saving: number;
}

/** `summary.json`: written at the end, and by every interruption. */
export interface RunSummary {
  readonly model: string;
  readonly encoding: 'cppn' | 'direct';
  readonly generations: number;
  readonly population: number;
  readonly seed: number;
  readonly adapter: string;
  readonly evaluations: number;
  readonly seconds: number;
  readonly evaluationsPerSecond: number;
  readonly medianConfidence: number;
  readonly meanConfidence: number;
  readonly minConfidence: number;
  readonly cellsAbove99: number;
  readonly milliseconds: StageTimes;
  readonly complete: boolean;
}
