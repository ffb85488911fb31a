/** The pictures of a run as a gallery shows them: from the records of an evolution, or of an ascent. */
import type { AscentRow } from '../../runs/ascent/schema.ts';
import { logOddsOf } from '../../model/log-odds.ts';
import { picturePath } from '../../runs/evolution/folder.ts';
import type { CellRecord, SerialisedGenome } from '../../runs/evolution/records.ts';
import type { CppnGenome } from '../../genome/genome.ts';
import { formatCount, formatNumber } from '../format.ts';
import { readAscent } from '../../runs/ascent/read.ts';
import { readLineage } from '../../runs/evolution/read-lineage.ts';
import { readRun } from '../../runs/evolution/read.ts';
import type { GalleryAncestor, GalleryDetail, GalleryEntry } from './gallery-data.ts';
import type { SurveyedRun } from './survey.ts';

export interface RunPicture {
  readonly entry: Omit<GalleryEntry, 'run' | 'place' | 'shown'>;
  readonly detail: GalleryDetail;
  /** Path of the PNG in the run folder. */
  readonly path: string;
}

export interface RunContents {
  readonly pictures: readonly RunPicture[];
  readonly ancestors?: readonly GalleryAncestor[];
  /** What was left out because it is damaged, in sentences. */
  readonly notes: readonly string[];
}

/** A page draws no larger network, and keeps none that it does not draw. */
const largestKept = { nodes: 1000, connections: 5000 } as const;

/** @throws RunFolderError when the run has saved nothing yet, or a file is damaged or contradicts another */
export async function readContents(run: SurveyedRun): Promise<RunContents> {
  return run.method === 'ascent' ? ascentContents(run) : evolutionContents(run);
}

async function evolutionContents({ storage, name, model }: SurveyedRun): Promise<RunContents> {
  const { run, cells } = await readRun(storage, name);
  const pictures = cells.map((cell): RunPicture => {
    const { id, parent, goalSwitches, genome } = cell;
    return {
      entry: entryOf(cell, cell.generation),
      detail: { elite: { id, parent, goalSwitches }, genome: genomeOf(genome, model.image) },
      path: picturePath(run, cell.class),
    };
  });
  const lineage = await readLineage(storage, run, cells);
  const ancestors = lineage.ancestors?.map(
    ({ id, parent, class: number, confidence, generation }): GalleryAncestor => {
      return { id, parent, class: number, confidence, generation };
    },
  );
  const notes = lineage.problem === undefined ? [] : [`shown without lineage: ${lineage.problem}`];
  return { pictures, notes, ...(ancestors && { ancestors }) };
}

async function ascentContents({ storage, name }: SurveyedRun): Promise<RunContents> {
  const { rows } = await readAscent(storage, name);
  const pictures = rows.map((row): RunPicture => {
    const { objective, iterations, firstNamed, fault, genome } = row;
    return {
      entry: entryOf(row, row.iteration),
      detail: {
        climb: { objective, iterations, firstNamed, ...(fault !== undefined && { fault }) },
        ...(genome && { genome: networkOf(genome) }),
      },
      path: row.picture,
    };
  });
  return { pictures, notes: [] };
}

function entryOf(record: CellRecord | AscentRow, generation: number): RunPicture['entry'] {
  const { class: number, label, confidence, logOdds = logOddsOf(confidence) } = record;
  return { class: number, label, confidence, logOdds: Number(logOdds.toPrecision(7)), generation };
}

function genomeOf(genome: SerialisedGenome, image: SurveyedRun['model']['image']): CppnGenome | string {
  if (genome.encoding === 'cppn') return networkOf(genome);
  const [channels, height, width] = image;
  const sides = [channels, height, width].map(formatNumber).join(' × ');
  return `${formatCount(channels * height * width, 'gene')} of 16 bits, one per pixel and channel (${sides})`;
}

function networkOf(genome: CppnGenome): CppnGenome | string {
  const { nodes, connections } = genome;
  if (nodes.length <= largestKept.nodes && connections.length <= largestKept.connections) return genome;
  return `a network too large to draw: ${formatCount(nodes.length, 'node')}, ${formatCount(connections.length, 'connection')}`;
}
