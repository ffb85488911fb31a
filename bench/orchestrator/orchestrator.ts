/** How fast TypeScript breeds, compares and hands over, with a device that computes nothing; on the main thread. */
import { evolveSearch } from '../../src/evolution/evolve.ts';
import { createStubSearch, type StubSearch, type StubSearchSettings } from './stub-search.ts';

export interface BreedingRow {
  readonly kind: 'breeding';
  readonly nodes: number;
  readonly connections: number;
  readonly classes: number;
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
  readonly replaced: number;
  /** Milliseconds that the device takes for a generation. */
  readonly generationMs: number;
  /** Of the wall time, how much the device worked. */
  readonly deviceShare: number;
}

export type OrchestratorRow = BreedingRow | TellRow | OverlapRow;

const nodeCounts = [3, 25, 75, 250];
const classCounts = [10, 200, 1000, 10_000];
const population = 400;
/** Cells that change hands in a generation: some per cent of the children, as in the middle of a run. */
const replaced = 4;
/** Elites grow as they are replaced: after so many generations they are put back. */
const generationsAtATime = 50;

/** @param seconds that a row is timed at least */
export async function* orchestratorRows(seconds: number): AsyncGenerator<OrchestratorRow> {
  for (const nodes of nodeCounts)
    for (const classes of classCounts) yield breedingRow(nodes, classes, seconds);
  for (const changed of [100, 10_000]) yield tellRow(changed, seconds);
  for (const generationMs of [1, 0.3, 0.1]) {
    yield overlapRow({ encoding: 'cppn', population: 200, nodes: 25, replaced: 2 }, generationMs, seconds);
    yield overlapRow({ encoding: 'cppn', population: 20, nodes: 25, replaced: 2 }, generationMs, seconds);
    yield overlapRow({ encoding: 'direct', population: 200, nodes: 0, replaced: 2 }, generationMs, seconds);
  }
}

async function breedingRow(nodes: number, classes: number, seconds: number): Promise<BreedingRow> {
  const stub = await createStubSearch({
    encoding: 'cppn',
    population,
    classes,
    nodes,
    replaced,
    milliseconds: 0,
  });
  const genome = (await stub.search.population.genomes([0]))[0];
  const connections = genome?.encoding === 'cppn' ? genome.connections.length : 0;
  const { generations, wallMs } = await timed(stub, seconds);
  const childrenPerSecond = (1000 * population * generations) / wallMs;
  return { kind: 'breeding', nodes, connections, classes, childrenPerSecond };
}

async function overlapRow(
  {
    encoding,
    population: children,
    nodes,
    replaced: changed,
  }: Omit<StubSearchSettings, 'classes' | 'milliseconds'>,
  generationMs: number,
  seconds: number,
): Promise<OverlapRow> {
  const sizes = { encoding, population: children, nodes, replaced: changed };
  const stub = await createStubSearch({ ...sizes, classes: 10, milliseconds: generationMs });
  const { busyMs, wallMs } = await timed(stub, seconds);
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
  const sizes = { population, classes, nodes: 25, replaced: changed, milliseconds: 0 };
  const { search, reset } = await createStubSearch({ encoding: 'cppn', ...sizes });
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
