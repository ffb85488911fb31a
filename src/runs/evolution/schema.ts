/** The shapes of a run folder's files, checked at run time. The types in `run-record.ts` say what they must be. */
import { z } from 'zod';
import { inputCount, largestWeight } from '../../genome/cppn-genome.ts';
import {
  activationFunctions,
  type DirectFile,
  type DirectGenes,
  type SerialisedGenome,
} from '../../genome/genome.ts';
import { mostConfidence } from '../../evolution/archive.ts';
import type { Ancestor } from '../../evolution/lineage.ts';
import { isGenomePath } from './genome-files.ts';
import { denseStorages } from '../../network/parameters.ts';
import type {
  CellRecord,
  LineageRecord,
  ProgressRecord,
  RunRecord,
  RunSummary,
  StageTimes,
} from './records.ts';

export const count = z.int().min(0);
export const duration = z.number().min(0);
export const confidence = z.number().min(0).max(mostConfidence);
/** Beyond any network's input: records are read of folders that anybody may have made. */
const pictureSide = z.int().min(1).max(4096);
/** Of float32. */
export const logOdds = z.number().min(-3.5e38).max(3.5e38);
const encoding = z.enum(['cppn', 'direct']);
export const coordinates = z.enum(['pixels', 'normalised']);

/** The parts of `run.json` that an ascent's has as well. */
export const originShape = {
  version: z.string(),
  started: z.string(),
  mark: z.string().exactOptional(),
  model: z.object({
    name: z.string(),
    architecture: z.string(),
    sha256: z.string(),
    labels: z.array(z.string()),
    image: z.tuple([z.literal([1, 3]), pictureSide, pictureSide]),
  }),
  adapter: z.object({
    name: z.string(),
    kind: z.enum(['swiftshader', 'lavapipe', 'gpu']),
    description: z.string(),
    reason: z.string(),
  }),
  variants: z.record(z.string(), z.string()),
  choices: z.record(z.string(), z.string()).exactOptional(),
} as const;

export const runRecordSchema: z.ZodType<RunRecord> = z.object({
  ...originShape,
  rebuiltAt: count.exactOptional(),
  namedPictures: z.boolean().exactOptional(),
  format: z.literal(1),
  settings: z.object({
    model: z.string(),
    encoding,
    generations: count,
    population: count,
    seed: z.int(),
    crops: z.literal([1, 10]),
    randomViews: z
      .object({
        shift: z.int().min(0).max(4096),
        noise: z.number().min(0).max(255),
        views: z.int().min(1).max(1000),
        seed: count,
      })
      .exactOptional(),
    denseWeights: z.enum(denseStorages).exactOptional(),
    classes: z.array(count).exactOptional(),
    coordinates,
  }),
});

export const progressRecordSchema: z.ZodType<ProgressRecord> = z.object({
  generation: count,
  evaluations: count,
  seconds: duration,
  median: confidence,
  mean: confidence,
  min: confidence,
  best: confidence,
  confidences: z.array(confidence),
  replaced: count,
  goalSwitches: count.exactOptional(),
  qdScore: z.number().min(0).exactOptional(),
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

const genomeSchema: z.ZodType<SerialisedGenome> = z.discriminatedUnion('encoding', [
  cppnGenomeSchema,
  directGenomeSchema,
]);

export const archiveSchema: z.ZodType<CellRecord[]> = z.array(
  z.object({
    class: count,
    label: z.string(),
    confidence,
    logOdds: logOdds.exactOptional(),
    id: count,
    parent: count.nullable(),
    generation: count,
    goalSwitches: count,
    replacements: count.exactOptional(),
    genome: genomeSchema,
  }),
);

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

export const lineageSchema: z.ZodType<LineageRecord> = z.object({
  format: z.literal(1),
  mark: z.string().exactOptional(),
  ancestors: ancestorsSchema,
});

export const stageTimesSchema: z.ZodType<StageTimes> = z.object({
  setUp: duration.default(0),
  render: duration,
  network: duration,
  readBack: duration,
  evolution: duration,
  saving: duration,
});

export const runSummarySchema: z.ZodType<RunSummary> = z.object({
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
  milliseconds: stageTimesSchema,
  complete: z.boolean(),
});
