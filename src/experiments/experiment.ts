/**
 * A section of the paper as a plan: steps that each leave a result, and a conclusion drawn from the results. Steps that are
 * done are not repeated; that is all an interrupted experiment needs to go on.
 */
import { z } from 'zod';
import type { ImageDataset } from '../datasets/dataset.ts';
import type { EncodePicture } from '../runs/evolution/folder.ts';
import type { OpenWriter } from '../runs/evolution/save-writer.ts';
import type { Gpu } from '../gpu/device.ts';
import type { LabelledBatch } from '../model/evaluation.ts';
import type { Model } from '../model/model.ts';
import type { Extent } from '../network/layer.ts';
import type { Image } from '../image/image.ts';
import type { Storage } from '../storage/storage.ts';
import type { Settings, Values, ValuesOf } from './experiment-settings.ts';

/** What an experiment needs of the machine that it runs on. */
export interface Host {
  /** The experiment's folder. */
  readonly storage: Storage;
  /** Milliseconds of a clock that only moves forward. */
  readonly now: () => number;
  /** @param name a bundled model's, or the path of a weight file. @throws WeightFileError */
  readonly loadModel: (name: string) => Promise<NamedModel>;
  /** 60,000 images for training, 10,000 for testing. @throws DatasetError */
  readonly loadMnist: (split: 'train' | 'test') => Promise<ImageDataset>;
  /**
   * Opens a device for the time of the work, so that all that the work allocates is freed after it. Where the device is lost, it
   * is opened once more and the work begins again.
   */
  readonly withDevice: <T>(work: (gpu: Gpu) => Promise<T>) => Promise<T>;
  readonly encodePicture: EncodePicture;
  /** Saves runs beside their search, where the host can. @param folder of a run, in the experiment's */
  readonly openWriter?: (folder: string) => OpenWriter;
  /** @param size what the picture must have. @throws an Error that names the path */
  readonly decodePicture: (
    bytes: Uint8Array,
    path: string,
    size: { readonly height: number; readonly width: number },
  ) => Image;
  /** What is left of a picture after it was a JPEG file. @param quality 1 to 100 */
  readonly throughJpeg: (picture: Image, quality: number) => Image;
  /**
   * Labelled test images of the size that the model looks at, the first of them.
   *
   * @param source mnist, or a folder with a subfolder for each class
   * @throws DatasetError, ImageFileError saying what is missing
   */
  readonly testImages: (source: string, model: Model, most: number) => Promise<LabelledBatch>;
  /** A folder of the user's, which is only read. */
  readonly openFolder: (path: string) => Storage;
  /**
   * Pictures of the user in a folder, `FOLDER/<class>/*.png|jpg`, each brought to the size that a model looks at.
   * @param labels the model's, by class number
   * @throws DatasetError where the folder cannot be used
   */
  readonly openPictures: (folder: string, labels: readonly string[]) => Promise<LabelledPictures>;
  /** True ends the step at hand as soon as it has kept what there is. */
  readonly shouldStop: () => boolean;
  readonly onWarning: (text: string) => void;
}

export interface LabelledPicture {
  readonly file: string;
  /** Class that it shows. */
  readonly target: number;
}

export interface LabelledPictures {
  /** In the order of subfolders and names; nothing of them is read yet. */
  readonly pictures: readonly LabelledPicture[];
  /**
   * @param shape channels, height and width wanted
   * @returns bytes of that shape. @throws ImageFileError naming the file
   */
  readonly read: (picture: LabelledPicture, shape: Extent) => Promise<Uint8Array<ArrayBuffer>>;
}

export interface NamedModel {
  readonly model: Model;
  /** Of its file. */
  readonly sha256: string;
}

/** What a step is given. */
export interface StepHost extends Host {
  /** @param evaluations images that the network has judged in this step so far */
  readonly progress: (evaluations: number, text: string) => void;
}

/** The result of an earlier step of the plan. */
export type ReadResult = <R>(step: ExperimentStep<R>) => R;

export interface ExperimentStep<R> {
  /** Names its files: lower-case letters, digits and hyphens. */
  readonly id: string;
  /** For people, e.g. `run 3 of 10`. */
  readonly title: string;
  /** Images that the network judges in it: its share of the progress bar. */
  readonly evaluations: number;
  /** Plain JSON. */
  readonly result: z.ZodType<R>;
  /** Files that it writes into the experiment's folder beside its result. */
  readonly files?: readonly string[];
  /** Throws before the first step begins where this one could not run: models, classes, memory. */
  readonly check?: (host: Host) => Promise<void>;
  /** Undefined where it was stopped on the way; it is called again when the experiment is resumed. */
  readonly run: (host: StepHost, read: ReadResult) => Promise<R | undefined>;
}

/** A line of the table that stands beside the paper's. */
export interface ConclusionRow {
  readonly what: string;
  readonly paper: string;
  readonly here: string;
  /** Why the two need not agree. */
  readonly differs?: string;
}

/** A drawing as a separate SVG file, or pictures in one PNG. */
export type ExperimentFigure = {
  /** Of its file, without ending. */
  readonly name: string;
  readonly caption: string;
} & ({ readonly svg: string } | { readonly image: Image });

export interface Conclusion {
  readonly rows: readonly ConclusionRow[];
  readonly figures: readonly ExperimentFigure[];
  /** What was found and why it differs from the paper, in sentences. */
  readonly remarks: readonly string[];
  /** What the rows are made of, for programs: plain JSON. */
  readonly numbers: Readonly<Record<string, unknown>>;
  /** Times, which no two machines share: apart from the table, which is the same wherever it is repeated. */
  readonly cost: readonly ConclusionRow[];
}

export interface ExperimentPlan {
  readonly steps: readonly ExperimentStep<unknown>[];
  readonly conclude: (host: Host, read: ReadResult) => Promise<Conclusion>;
}

export interface Experiment {
  readonly name: string;
  readonly title: string;
  /** Where the paper has it, or that it does not. */
  readonly section: string;
  /** What is done, in a sentence. */
  readonly about: string;
  readonly settings: Settings;
  /** @throws an Error where the values do not fit the settings */
  readonly plan: (values: Values) => ExperimentPlan;
}

/** An experiment whose plan knows the types of its settings. */
export function defineExperiment<S extends Settings>(
  definition: Omit<Experiment, 'settings' | 'plan'> & {
    readonly settings: S;
    readonly plan: (values: ValuesOf<S>) => ExperimentPlan;
  },
): Experiment {
  const { settings, plan } = definition;
  const schema = valuesSchema(settings);
  return { ...definition, plan: (values) => plan(schema.parse(values) as ValuesOf<S>) };
}

export const valuesSchema = (settings: Settings) =>
  z.strictObject(Object.fromEntries(Object.entries(settings).map(([name, { schema }]) => [name, schema])));
