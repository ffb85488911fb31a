/**
 * The slots of a gradient ascent (paper §2.4): each climbs an objective of its own. Many iterations are one submission;
 * what comes back are a few numbers of each.
 */
import { Program, bind, run } from '../../gpu/program.ts';
import { affineTable } from '../../kernels/image/affine-view.ts';
import { historyFloats, historyRows } from '../../kernels/ascent/ascent-step.ts';
import { copyImprovedParameters } from '../../kernels/ascent/copy-improved.ts';
import { imageWords } from '../../image/image-layout.ts';
import { streams } from '../../random/streams.ts';
import {
  allocateSlots,
  bindIteration,
  type IterationOptions,
  type IterationPrograms,
  type SlotBuffers,
} from './iteration.ts';
import type { Objective } from '../objective/objective.ts';
import { createRegularisers, noRegularisers, type Regularisers } from './regularisers.ts';
import { sourceOf, type ObjectiveGraph } from '../objective-graph.ts';
import { writeStart, type PictureFor, type StartOptions } from '../start.ts';
import { classWeights, unitWeights, watchedClasses } from '../objective/tensors.ts';
import { objectiveStream, plainView, transformedView } from '../transforms.ts';

/** What the device says of an iteration, one number per slot. */
export type Iteration = Readonly<Record<keyof typeof historyRows, Float32Array>>;

export interface ClimberOptions extends IterationOptions {
  /** Of the slots, at most as many as the stage has. */
  readonly objectives: readonly Objective[];
  /** Where they start from pictures. */
  readonly pictureFor?: PictureFor;
}

/** Buffers of the state that an interrupted ascent resumes from, by name. */
export type ClimberState = ReadonlyMap<string, GPUBuffer>;

export class Optimiser {
  #objectives: readonly Objective[];
  readonly #programs: readonly Program[];
  readonly #tick: Program;

  private constructor(
    private readonly stage: ObjectiveGraph,
    private readonly options: ClimberOptions,
    private readonly own: SlotBuffers,
    private readonly regularisers: Regularisers,
    programs: IterationPrograms,
  ) {
    this.#objectives = options.objectives;
    this.#programs = programs.iteration;
    this.#tick = programs.tick;
  }

  /** Binds everything and writes the start. */
  static async create(stage: ObjectiveGraph, options: ClimberOptions): Promise<Optimiser> {
    const own = allocateSlots(stage, options);
    await writeBeginning(stage, options, own);
    const regularisers = await regularisersOf(stage, options);
    const programs = await bindIteration(stage, options, own);
    return new Optimiser(stage, options, own, regularisers, programs);
  }

  /**
   * Does iterations and says what came of each.
   * @param first number of the first of them, counted from the first slots' start
   * @param count at most `mostIterations`
   * @param starts the number at which each slot's objective started; 0 unless told
   */
  async climb(first: number, count: number, starts: readonly number[] = []): Promise<Iteration[]> {
    const { gpu, buffers, batch } = this.stage;
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
    gpu.device.queue.submit([encoder.finish()]);
    const floats = new Float32Array(await gpu.read(this.own.history, 4 * historyFloats(count, batch)));
    return Array.from({ length: count }, (_, iteration) => iterationAt(floats, iteration, batch));
  }

  /**
   * Gives slots to other objectives, which start anew; the rest climb on. Only for parametrisations that are the same for
   * every objective.
   * @param objectives of all slots from now on
   */
  async replace(objectives: readonly Objective[], slots: readonly number[]): Promise<void> {
    const { stage, own } = this;
    const { gpu, batch } = stage;
    this.#objectives = objectives;
    writeObjectives(stage, objectives);
    const { values, parameters } = this.options.parametrisation;
    const rows = new Float32Array(await gpu.read(own.best));
    const mask = gpu.buffer('replaced slots', 16 * batch);
    const fresh = gpu.buffer('start of replaced slots', 4 * values * batch);
    gpu.write(mask, Float32Array.from(slotsMask(slots, batch)));
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
    for (const slot of slots)
      for (const [row, value] of beginning.entries()) rows[row * batch + slot] = value;
    gpu.write(own.best, rows);
    mask.destroy();
    fresh.destroy();
  }

  /** A slot's picture of the last iteration that was done, or its best: bytes [channels, plane words · 4]. */
  async picture(which: 'last' | 'best', slot: number): Promise<Uint8Array<ArrayBuffer>> {
    const { gpu, buffers, model } = this.stage;
    const bytes = 4 * imageWords(model.preprocessing.image);
    const pictures = which === 'last' ? buffers.images : this.own.kept;
    return new Uint8Array(await gpu.read(pictures, bytes, slot * bytes));
  }

  /** Parameters of the best pictures, [values, batch]; undefined where only pictures are kept. */
  async bestParameters(): Promise<Float32Array<ArrayBuffer> | undefined> {
    const { keptParameters } = this.own;
    return keptParameters && new Float32Array(await this.stage.gpu.read(keptParameters));
  }

  /** Says what the best so far of a slot counts for, where an older state said it otherwise. @param score of float32 */
  rescore(slot: number, score: number): void {
    this.stage.gpu.write(this.own.best, Float32Array.of(score), 4 * slot);
  }

  /** Everything that the next iteration depends on. */
  get state(): ClimberState {
    const { kept, keptParameters, best, firstMoment, secondMoment } = this.own;
    const { parameters } = this.options.parametrisation;
    return new Map(
      Object.entries({ parameters, kept, keptParameters, best, firstMoment, secondMoment }).flatMap(
        ([name, buffer]): [string, GPUBuffer][] => (buffer ? [[name, buffer]] : []),
      ),
    );
  }

  destroy(): void {
    this.regularisers.destroy();
    this.options.parametrisation.destroy();
    for (const buffer of Object.values(this.own) as (GPUBuffer | undefined)[]) buffer?.destroy();
  }

  #views(first: number, count: number, starts: readonly number[]): Float32Array<ArrayBuffer> {
    const { model, batch } = this.stage;
    const { settings } = this.options;
    const objectives = this.#objectives;
    const plain = plainView(model.preprocessing, model.architecture.input);
    const maps = Array.from({ length: count * batch }, (_, index) => {
      const [row, slot] = [Math.floor(index / batch), index % batch];
      const objective = objectives[slot];
      if (!objective || !settings.transformation) return plain;
      const random = objectiveStream(
        settings.seed,
        streams.ascentViews,
        objective,
        first + row - (starts[slot] ?? 0),
      );
      return transformedView(plain, model.preprocessing.image, settings.transformation, random);
    });
    return affineTable(maps);
  }
}

/** Of a slot's row in `best`: below every score, not improved, not idle, no iterations. */
const beginning = [-3e38, 0, 0, 0] as const;

/** The second row of `best` is 1 for the slots. */
const slotsMask = (slots: readonly number[], batch: number): number[] =>
  Array.from({ length: 4 * batch }, (_, index) => (slots.includes(index - batch) ? 1 : 0));

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
  stage: ObjectiveGraph,
  options: ClimberOptions,
  { bounds, best }: SlotBuffers,
): Promise<void> {
  const { gpu, batch } = stage;
  const { objectives, settings, parametrisation } = options;
  writeObjectives(stage, objectives);
  gpu.write(
    best,
    Float32Array.from({ length: 4 * batch }, (_, index) => beginning[Math.floor(index / batch)] ?? 0),
  );
  if (settings.parametrisation.kind === 'cppn') return; // the genomes are the start
  await writeStart(gpu, parametrisation, startOptions(options, objectives, batch, bounds));
}

function startOptions(
  { settings: { start, seed }, parametrisation: { centre }, pictureFor }: ClimberOptions,
  objectives: readonly Objective[],
  batch: number,
  bounds: GPUBuffer,
): StartOptions {
  const pictures = { ...(pictureFor && { pictureFor }), ...(centre && { centre }) };
  return { start, seed, objectives, batch, bounds, ...pictures };
}

function regularisersOf(
  { gpu, model, batch }: ObjectiveGraph,
  options: ClimberOptions,
): Promise<Regularisers> {
  const { settings, climb, parametrisation } = options;
  if (settings.parametrisation.kind !== 'pixel') return Promise.resolve(noRegularisers);
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
