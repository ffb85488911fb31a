/** The files of an evolution's run folder: what they must hold is checked at run time, and their types follow from it. */
import { z } from 'zod';
import { mostConfidence } from '../../evolution/archive.ts';
import type { Ancestor } from '../../evolution/lineage.ts';
import { encodings } from '../../evolution/settings.ts';
import { inputCount } from '../../genome/cppn-inputs.ts';
import { largestWeight } from '../../genome/cppn-mutation.ts';
import { activationFunctions } from '../../genome/genome.ts';
import { adapterKinds } from '../../gpu/device.ts';
import { denseStorages } from '../../network/parameters.ts';
import { isGenomePath } from './genome-path.ts';

export const count = z.int().min(0);
export const duration = z.number().min(0);
export const confidence = z.number().min(0).max(mostConfidence);
const pictureChannels: z.ZodType<number> = z.literal([1, 3]);
/** Beyond any network's input: records are read of folders that anybody may have made. */
const pictureSide = z.int().min(1).max(4096);
/** Of float32. */
export const logOdds = z.number().min(-3.5e38).max(3.5e38);
const encoding = z.enum(encodings);
export const coordinates = z.enum(['pixels', 'normalised']);

/** The parts of `run.json` that an ascent's has as well. */
export const originShape = {
  version: z.string(),
  started: z.string(),
  /** By which its records are told from those of a run with other settings; older runs have none. */
  mark: z.string().exactOptional(),
  model: z.object({
    name: z.string(),
    architecture: z.string(),
    /** SHA-256 of the weight file in hexadecimal, so that a resume notices another network. */
    sha256: z.string(),
    labels: z.array(z.string()),
    /** Channels, height and width of the evolved image. */
    image: z.tuple([pictureChannels, pictureSide, pictureSide]),
  }),
  adapter: z.object({
    name: z.string(),
    kind: z.enum(adapterKinds),
    description: z.string(),
    reason: z.string(),
  }),
  /** Kernel variant for each layer, e.g. `{ "conv1 forward": "conv2d/quads12x4" }`. */
  variants: z.record(z.string(), z.string()),
  /** Variant by the key of its shape, where there was a choice: a resumed run takes the same. Older records have none. */
  choices: z.record(z.string(), z.string()).exactOptional(),
} as const;

/** `EvolutionSettings` of src/evolution with the model's name: what a file says of it is checked to be one. */
export const runSettingsSchema = z.object({
  /** As the user called it. */
  model: z.string(),
  encoding,
  generations: count,
  population: count,
  seed: z.int(),
  crops: z.literal([1, 10]),
  /** Averaged in place of the crops. */
  randomViews: z
    .object({
      shift: z.int().min(0).max(4096),
      noise: z.number().min(0).max(255),
      views: z.int().min(1).max(1000),
      seed: count,
    })
    .exactOptional(),
  /** How dense weights are kept on the device; f32 when absent. */
  denseWeights: z.enum(denseStorages).exactOptional(),
  /** Classes that have a cell; every class of the model when absent. */
  classes: z.array(count).exactOptional(),
  coordinates,
});

export const runRecordSchema = z.object({
  ...originShape,
  /** Generation from which on the run was rebuilt of its archive: it is no longer the run that its seed gives. */
  rebuiltAt: count.exactOptional(),
  /** Whether the files of pictures carry the names of their classes; those of older runs have numbers alone. */
  namedPictures: z.boolean().exactOptional(),
  format: z.literal(1),
  settings: runSettingsSchema,
});

export const progressRecordSchema = z.object({
  generation: count,
  evaluations: count,
  /** Wall-clock seconds spent in this run so far, interruptions left out. */
  seconds: duration,
  median: confidence,
  mean: confidence,
  min: confidence,
  best: confidence,
  /** Of each cell, in the archive's order. */
  confidences: z.array(confidence),
  /** Cells that got a new elite in this generation; by the population, cells won for each child. */
  replaced: count,
  /** Of them, those that were won by a child of another class's elite; here as below, older records have none. */
  goalSwitches: count.exactOptional(),
  /** The sum of the confidences of all cells (QD-score as pyribs defines it, with an offset of 0). */
  qdScore: z.number().min(0).exactOptional(),
  /** Cells whose confidence is at least 0.9, 0.99 and 0.9999. */
  above90: count.exactOptional(),
  above99: count.exactOptional(),
  above9999: count.exactOptional(),
});

/** A connection that hangs in the air would be drawn, and rendered, as another network than the one that won. */
export const cppnGenomeSchema = z
  .object({
    encoding: z.literal('cppn'),
    nodes: z.array(
      z.object({
        id: z.int().min(inputCount),
        role: z.enum(['output', 'hidden']),
        activation: z.enum(activationFunctions),
      }),
    ),
    connections: z.array(
      z.object({ source: count, target: count, weight: z.number().min(-largestWeight).max(largestWeight) }),
    ),
  })
  .superRefine(({ nodes, connections }, context) => {
    const computing = new Set(nodes.map(({ id }) => id));
    for (const [index, { source, target }] of connections.entries()) {
      for (const [end, id] of Object.entries({ source, target })) {
        const known = computing.has(id) || (end === 'source' && id < inputCount);
        const path = ['connections', index, end];
        if (!known) context.addIssue({ code: 'custom', path, message: `node ${String(id)} does not exist` });
      }
    }
  });

/** A small direct genome within JSON. */
export interface DirectGenes {
  readonly encoding: 'direct';
  /** Base64 of the genome's bytes. */
  readonly genes: string;
}

/** A large direct genome, whose bytes are a file of their own. */
export interface DirectFile {
  readonly encoding: 'direct';
  /** Path in the run folder, `genomes/CLASS-ID.genes`. */
  readonly file: string;
  /** Of the file; those of earlier versions have none. */
  readonly crc32?: number;
}

/** Either genes in place or the file that holds them; a path that leads elsewhere is never followed. */
const directGenomeSchema = z
  .object({
    encoding: z.literal('direct'),
    genes: z.string().exactOptional(),
    file: z.string().exactOptional(),
    crc32: count.exactOptional(),
  })
  .transform(({ encoding, genes, file, crc32 }, context): DirectGenes | DirectFile => {
    if (genes !== undefined && file === undefined) return { encoding, genes };
    if (file !== undefined && genes === undefined && isGenomePath(file))
      return { encoding, file, ...(crc32 !== undefined && { crc32 }) };
    const message = 'expected genes in base64 or a file genomes/CLASS-ID.genes';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

export const genomeSchema = z.discriminatedUnion('encoding', [cppnGenomeSchema, directGenomeSchema]);

export const cellRecordSchema = z.object({
  class: count,
  label: z.string(),
  confidence,
  /** log p − log(1 − p) of that confidence p, by which elites are compared; older records have none. */
  logOdds: logOdds.exactOptional(),
  /** Identity of the elite: the running number of its evaluation, from 0. */
  id: count,
  /** Identity of the elite that it was copied from; null in generation 0. */
  parent: count.nullable(),
  generation: count,
  /** How often the cell changed hands through a child of another class's elite. */
  goalSwitches: count,
  /** How often it changed hands at all, its first elite left out; runs that older versions began have none. */
  replacements: count.exactOptional(),
  genome: genomeSchema,
});

export const archiveSchema = z.array(cellRecordSchema);

const winShape = { class: count, confidence };

export const ancestorsSchema: z.ZodType<Ancestor[]> = z.array(
  z.object({
    id: count,
    parent: count.nullable(),
    from: count.nullable(),
    ...winShape,
    generation: count,
    also: z.array(z.object(winShape)).exactOptional(),
  }),
);

export const lineageSchema = z.object({
  format: z.literal(1),
  /** Of the run, where that has one. */
  mark: z.string().exactOptional(),
  ancestors: ancestorsSchema,
});

export const phaseTimesSchema = z.object({
  /** Until the search begins: reading the model, opening the device, compiling; 0 in older records. */
  setUp: duration.default(0),
  render: duration,
  network: duration,
  readBack: duration,
  evolution: duration,
  /** What the search waited for saving, at the end included. */
  saving: duration,
});

/** Milliseconds that saves took beside the search, which are in none of its phases; older records have none. */
export const backgroundSaving = duration.exactOptional();

export const runSummarySchema = z.object({
  model: z.string(),
  encoding,
  generations: count,
  population: count,
  seed: z.int(),
  adapter: z.string(),
  evaluations: count,
  seconds: duration,
  evaluationsPerSecond: duration,
  medianConfidence: confidence,
  meanConfidence: confidence,
  minConfidence: confidence,
  cellsAbove99: count,
  milliseconds: phaseTimesSchema,
  backgroundSaving,
  /** Of the seconds, how much the device worked, by its timestamps; 0 where it has none. Earlier versions did not say. */
  deviceShare: z.number().min(0).max(1).exactOptional(),
  complete: z.boolean(),
});
