/** How fast TypeScript breeds, compares and hands over, with a device that computes nothing, and how long commands take there. */
import { evolveSearch } from '../../src/evolution/evolve.ts';
import { startRows, type StartRow } from './start.ts';
import { createStubSearch, type StubSearch, type StubSearchSettings } from './stub-search.ts';

export interface BreedingRow {
  readonly kind: 'breeding';
  readonly nodes: number;
  readonly connections: number;
  readonly classes: number;
  /** Threads that bred beside the main one. */
  readonly workers: number;
  readonly childrenPerSecond: number;
}

export interface TellRow {
  readonly kind: 'tell';
  readonly classes: number;
  readonly children: number;
  readonly replaced: number;
  readonly medianMs: number;
}

export interface OverlapRow {
  readonly kind: 'overlap';
  readonly encoding: StubSearchSettings['encoding'];
  readonly population: number;
  readonly nodes: number;
  readonly classes: number;
  readonly replaced: number;
  readonly workers: number;
  /** Milliseconds that the device takes for a generation. */
  readonly generationMs: number;
  /** Of the wall time, how much the device worked. */
  readonly deviceShare: number;
}

export type OrchestratorRow = BreedingRow | TellRow | OverlapRow | StartRow;

const nodeCounts = [3, 25, 75, 250];
const classCounts = [10, 200, 1000, 10_000];
const population = 400;
/** Cells that change hands in a generation: some per cent of the children, as in the middle of a run. */
const replaced = 4;
/** Elites grow as they are replaced: after so many generations they are put back. */
const generationsAtATime = 50;

/** What a generation is made of where the device takes its time; all in ten classes. */
const overlaps = [
  { encoding: 'cppn', population: 200, nodes: 25, replaced: 2 },
  { encoding: 'cppn', population: 20, nodes: 25, replaced: 2 },
  { encoding: 'direct', population: 200, nodes: 0, replaced: 2 },
] as const;

/**
 * @param seconds that a row is timed at least
 * @param workers threads that breed beside the main one; rows without them stand beside those
 */
export async function* orchestratorRows(seconds: number, workers: number): AsyncGenerator<OrchestratorRow> {
  const counts = workers > 0 ? [0, workers] : [0];
  for (const nodes of nodeCounts)
    for (const classes of classCounts)
      for (const threads of counts) yield breedingRow({ nodes, classes, workers: threads }, seconds);
  for (const changed of [100, 10_000]) yield tellRow(changed, seconds);
  for (const milliseconds of [1, 0.3, 0.1]) {
    for (const overlap of overlaps)
      for (const threads of overlap.encoding === 'cppn' ? counts : [0])
        yield overlapRow({ ...overlap, milliseconds, classes: 10, workers: threads }, seconds);
  }
  yield* startRows();
}

type BreedingSizes = Pick<StubSearchSettings, 'nodes' | 'classes' | 'workers'>;

async function breedingRow(sizes: BreedingSizes, seconds: number): Promise<BreedingRow> {
  using stub = await createStubSearch({ encoding: 'cppn', population, replaced, milliseconds: 0, ...sizes });
  const [genome] = await stub.search.population.genomes([0]);
  const connections = genome?.encoding === 'cppn' ? genome.connections.length : 0;
  const { generations, wallMs } = await timed(stub, seconds);
  const childrenPerSecond = (1000 * population * generations) / wallMs;
  return { kind: 'breeding', connections, ...sizes, childrenPerSecond };
}

async function overlapRow(settings: StubSearchSettings, seconds: number): Promise<OverlapRow> {
  using stub = await createStubSearch(settings);
  const { busyMs, wallMs } = await timed(stub, seconds);
  const { milliseconds: generationMs, ...sizes } = settings;
  return { kind: 'overlap', ...sizes, generationMs, deviceShare: busyMs / wallMs };
}

/** Whole generations of the loop that commands run, without what is not one's own: elites are put back while no clock runs. */
async function timed({ search, device, reset }: StubSearch, seconds: number) {
  await search.resumeAt(1, search.lineage);
  let [wallMs, busyMs, generations] = [0, 0, 0];
  // The first is for the compiler.
  for (let turn = 0; turn === 0 || wallMs < 1000 * seconds; turn++) {
    reset();
    const [start, busy, before] = [performance.now(), device.busy, search.generation];
    await evolveSearch(search, { generations: before + generationsAtATime });
    if (turn === 0) continue;
    wallMs += performance.now() - start;
    busyMs += device.busy - busy;
    generations += search.generation - before;
  }
  return { wallMs, busyMs, generations };
}

async function tellRow(changed: number, seconds: number): Promise<TellRow> {
  const classes = 10_000;
  const sizes = { population, classes, nodes: 25, replaced: changed, milliseconds: 0, workers: 0 };
  using stub = await createStubSearch({ encoding: 'cppn', ...sizes });
  const { search, reset } = stub;
  await search.resumeAt(1, search.lineage);
  const times: number[] = [];
  for (const start = performance.now(); performance.now() - start < 1000 * seconds || times.length < 5;) {
    if (times.length % generationsAtATime === 0) reset();
    await search.breed();
    const { winners } = await search.drawAndJudge();
    const before = performance.now();
    search.tellAll(winners);
    times.push(performance.now() - before);
  }
  const medianMs = times.sort((one, other) => one - other)[times.length >> 1] ?? 0;
  return { kind: 'tell', classes, children: population, replaced: changed, medianMs };
}
