/**
 * The lanes of a gradient ascent (paper §2.4): each climbs one objective. Many iterations are one submission;
 * what comes back are a few numbers of each.
 */
import { Program, bind, run } from '../../gpu/program.ts';
import { affineTable } from '../../kernels/image/affine-view.ts';
import { historyFloats, historyRows } from '../../kernels/ascent/ascent-step.ts';
import { copyImprovedParameters } from '../../kernels/ascent/copy-improved.ts';
import type { Image } from '../../image/image.ts';
import { imageWords, unpadPlanes } from '../../image/image-layout.ts';
import { streams } from '../../random/streams.ts';
import {
  allocateLanes,
  bindIteration,
  type IterationOptions,
  type IterationPrograms,
  type LaneBuffers,
} from './iteration.ts';
import type { Objective } from '../objective/objective.ts';
import { createRegularisers, noRegularisers, type Regularisers } from './regularisers.ts';
import { sourceOf, type ObjectiveGraph } from '../objective-graph.ts';
import type { AscentSettings } from '../settings.ts';
import { writeStart, type PictureFor, type StartOptions } from '../start.ts';
import { classWeights, unitWeights, watchedClasses } from '../objective/tensors.ts';
import { objectiveStream, plainView, transformedView } from '../transforms.ts';
import { ResourceStack, type Resource } from '../../util/resources.ts';

/** What the device says of an iteration, one number per lane. */
export type Iteration = Readonly<Record<keyof typeof historyRows, Float32Array>>;

export interface OptimiserOptions extends IterationOptions {
  readonly settings: Pick<AscentSettings, 'steps' | 'until' | 'seed' | 'start' | 'transformation'>;
  /** Of the lanes, at most as many as the graph has. */
  readonly objectives: readonly Objective[];
  /** Where they start from pictures. */
  readonly pictureFor?: PictureFor;
}

/** Buffers of the state that an interrupted ascent resumes from, by name. */
export type OptimiserState = ReadonlyMap<string, GPUBuffer>;

export class Optimiser implements Resource {
  #objectives: readonly Objective[];
  readonly #programs: readonly Program[];
  readonly #tick: Program;

  private constructor(
    private readonly graph: ObjectiveGraph,
    private readonly options: OptimiserOptions,
    private readonly own: LaneBuffers,
    private readonly regularisers: Regularisers,
    programs: IterationPrograms,
    private readonly held: Resource,
  ) {
    this.#objectives = options.objectives;
    this.#programs = programs.iteration;
    this.#tick = programs.tick;
  }

  /** Binds everything and writes the start. The parametrisation becomes its own, also where it cannot be made. */
  static async create(graph: ObjectiveGraph, options: OptimiserOptions): Promise<Optimiser> {
    using made = new ResourceStack();
    made.use(options.parametrisation);
    const own = allocateLanes(graph, options, made);
    await writeBeginning(graph, options, own);
    const regularisers = made.use(await regularisersOf(graph, options));
    const programs = await bindIteration(graph, options, own);
    return new Optimiser(graph, options, own, regularisers, programs, made.move());
  }

  /**
   * Does iterations and says what came of each: one submission, with one read-back.
   * @param first number of the first of them, counted from the first lanes' start
   * @param count at most `mostIterations`
   * @param starts the number at which each lane's objective started; default: 0
   */
  async climb(first: number, count: number, starts: readonly number[] = []): Promise<Iteration[]> {
    const { gpu, buffers, batch } = this.graph;
    gpu.write(buffers.clock, Uint32Array.of(first, 0));
    if (buffers.views) gpu.write(buffers.views, this.#views(first, count, starts));
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let iteration = first; iteration < first + count; iteration++) {
      for (const program of this.#programs) program.encode(pass);
      for (const program of this.regularisers.after(iteration)) program.encode(pass);
      this.#tick.encode(pass);
    }
    pass.end();
    const bytes = 4 * historyFloats(count, batch);
    const staging = gpu.staging('history of these iterations', bytes);
    encoder.copyBufferToBuffer(this.own.history, 0, staging, 0, bytes);
    gpu.device.queue.submit([encoder.finish()]);
    try {
      const floats = new Float32Array(await gpu.mapped(staging));
      return Array.from({ length: count }, (_, iteration) => iterationAt(floats, iteration, batch));
    } finally {
      staging.destroy();
    }
  }

  /**
   * Gives lanes to other objectives, which start anew; the rest climb on. Only for parametrisations that are the same for
   * every objective.
   * @param objectives of all lanes from now on
   */
  async replace(objectives: readonly Objective[], lanes: readonly number[]): Promise<void> {
    const { graph, own } = this;
    const { gpu, batch } = graph;
    this.#objectives = objectives;
    writeObjectives(graph, objectives);
    const { values, parameters } = this.options.parametrisation;
    const rows = new Float32Array(await gpu.read(own.best));
    using scratch = new ResourceStack();
    const mask = scratch.use(gpu.buffer('replaced lanes', 16 * batch));
    const fresh = scratch.use(gpu.buffer('start of replaced lanes', 4 * values * batch));
    gpu.write(mask, Float32Array.from(lanesMask(lanes, batch)));
    const replacing = async (label: string, target: GPUBuffer) =>
      bind(gpu, label, copyImprovedParameters(values, batch), {
        best: mask,
        current_values: fresh,
        kept_values: target,
      });
    for (const moment of [own.firstMoment, own.secondMoment])
      if (moment) run(gpu, new Program([await replacing('no movement', moment)]));
    const start = startOptions(this.options, objectives, batch, own.bounds);
    await writeStart(gpu, { parameters: fresh, values }, start);
    run(gpu, new Program([await replacing('start', parameters)]));
    for (const lane of lanes)
      for (const [row, value] of beginning.entries()) rows[row * batch + lane] = value;
    gpu.write(own.best, rows);
  }

  /** A lane's picture of the last iteration that was done, or its best: bytes [channels, plane words · 4]. */
  async picture(which: 'last' | 'best', lane: number): Promise<Uint8Array<ArrayBuffer>> {
    const { gpu, buffers, model } = this.graph;
    const bytes = 4 * imageWords(model.preprocessing.image);
    const pictures = which === 'last' ? buffers.images : this.own.kept;
    return new Uint8Array(await gpu.read(pictures, bytes, lane * bytes));
  }

  /** The same as an image [channels, height, width]. */
  async image(which: 'last' | 'best', lane: number): Promise<Image> {
    const extent = this.graph.model.preprocessing.image;
    return { extent, bytes: unpadPlanes(await this.picture(which, lane), extent[1] * extent[2]) };
  }

  /** Parameters of the best pictures, [values, batch]; undefined where only pictures are kept. */
  async bestParameters(): Promise<Float32Array<ArrayBuffer> | undefined> {
    const { keptParameters } = this.own;
    return keptParameters && new Float32Array(await this.graph.gpu.read(keptParameters));
  }

  /** Says what the best so far of a lane counts for, where an older state said it otherwise. @param score of float32 */
  rescore(lane: number, score: number): void {
    this.graph.gpu.write(this.own.best, Float32Array.of(score), 4 * lane);
  }

  /** Everything that the next iteration depends on. */
  get state(): OptimiserState {
    const { kept, keptParameters, best, firstMoment, secondMoment } = this.own;
    const { parameters } = this.options.parametrisation;
    return new Map(
      Object.entries({ parameters, kept, keptParameters, best, firstMoment, secondMoment }).flatMap(
        ([name, buffer]): [string, GPUBuffer][] => (buffer ? [[name, buffer]] : []),
      ),
    );
  }

  destroy(): void {
    this.held.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #views(first: number, count: number, starts: readonly number[]): Float32Array<ArrayBuffer> {
    const { model, batch } = this.graph;
    const { settings } = this.options;
    const objectives = this.#objectives;
    const plain = plainView(model.preprocessing, model.architecture.input);
    const maps = Array.from({ length: count * batch }, (_, index) => {
      const [row, lane] = [Math.floor(index / batch), index % batch];
      const objective = objectives[lane];
      if (!objective || !settings.transformation) return plain;
      const age = first + row - (starts[lane] ?? 0);
      const random = objectiveStream(settings.seed, streams.ascentViews, objective, age);
      return transformedView(plain, model.preprocessing.image, settings.transformation, random, age);
    });
    return affineTable(maps);
  }
}

/** Of a lane's row in `best`: below every score, not improved, not idle, no iterations. */
const beginning = [-3e38, 0, 0, 0] as const;

/** The second row of `best` is 1 for the lanes. */
const lanesMask = (lanes: readonly number[], batch: number): number[] =>
  Array.from({ length: 4 * batch }, (_, index) => (lanes.includes(index - batch) ? 1 : 0));

function writeObjectives(
  { gpu, network, batch, units, buffers }: ObjectiveGraph,
  objectives: readonly Objective[],
): void {
  gpu.write(buffers.classWeights, classWeights(objectives, network.classes, batch));
  gpu.write(buffers.watched, watchedClasses(objectives, batch));
  for (const layer of units) {
    const { extent, gradient } = sourceOf(network, layer);
    gpu.write(gradient, unitWeights(objectives, layer, extent, batch));
  }
}

async function writeBeginning(
  graph: ObjectiveGraph,
  options: OptimiserOptions,
  { bounds, best }: LaneBuffers,
): Promise<void> {
  const { gpu, batch } = graph;
  const { objectives, parametrisation } = options;
  writeObjectives(graph, objectives);
  gpu.write(
    best,
    Float32Array.from({ length: 4 * batch }, (_, index) => beginning[Math.floor(index / batch)] ?? 0),
  );
  if (parametrisation.hasStart) return;
  await writeStart(gpu, parametrisation, startOptions(options, objectives, batch, bounds));
}

function startOptions(
  { settings: { start, seed }, parametrisation: { centre }, pictureFor }: OptimiserOptions,
  objectives: readonly Objective[],
  batch: number,
  bounds: GPUBuffer,
): StartOptions {
  const pictures = { ...(pictureFor && { pictureFor }), ...(centre && { centre }) };
  return { start, seed, objectives, batch, bounds, ...pictures };
}

function regularisersOf(
  { gpu, model, batch }: ObjectiveGraph,
  options: OptimiserOptions,
): Promise<Regularisers> {
  const { climb, parametrisation } = options;
  if (!parametrisation.isImage) return Promise.resolve(noRegularisers);
  const { parameters, gradient } = parametrisation;
  const image = { extent: model.preprocessing.image, batch, parameters, gradient };
  return createRegularisers(gpu, image, climb);
}

function iterationAt(floats: Float32Array, iteration: number, batch: number): Iteration {
  const row = (name: keyof typeof historyRows) => {
    const start = historyFloats(iteration, batch) + historyRows[name] * batch;
    return floats.slice(start, start + batch);
  };
  return {
    value: row('value'),
    confidence: row('confidence'),
    named: row('named'),
    gradientNorm: row('gradientNorm'),
    inputNorm: row('inputNorm'),
    logOdds: row('logOdds'),
  };
}
