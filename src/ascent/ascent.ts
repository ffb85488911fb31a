/** A gradient ascent that its caller steps through (paper §2.4), with exchangeable parts as in feature visualisation (lucid). */
import type { Image } from '../image/image.ts';
import type { CppnGenome } from '../genome/genome.ts';
import { uploadParameters } from '../network/upload.ts';
import { ResourceStack, type Resource } from '../util/resources.ts';
import { settingsOf, type AscentOptions } from './ascent-options.ts';
import { checkSettings } from './check-settings.ts';
import { climbLanes } from './climb-lanes.ts';
import { LaneQueue } from './lane-queue.ts';
import { createObjectiveGraph, mostIterations, type ObjectiveGraph } from './objective-graph.ts';
import type { Objective } from './objective/objective.ts';
import { Optimiser } from './optimiser/optimiser.ts';
import { createParametrisation } from './parametrisation/create.ts';
import type { ClimbableParametrisation } from './parametrisation/parametrisation.ts';
import { AscentSettingsError } from './settings-error.ts';
import type { AscentSettings } from './settings.ts';
import { pictureForOf } from './start-pictures.ts';
import { finiteOr0, type Trajectory } from './trajectory.ts';

/** What came of an iteration; lists have a number per objective. Iteration 0 is the start, before any step. */
export interface AscentStep {
  readonly iteration: number;
  /** Confidence in the class that an objective raises, else the objective's value: by it images are compared. */
  readonly scores: readonly number[];
  /** The objectives' values. */
  readonly values: readonly number[];
  /** Confidence in the class that an objective raises, else in the one that the network names. */
  readonly confidences: readonly number[];
}

/** The best image of an objective so far. */
export interface AscentImage extends Image {
  /** As `conv5:12` or `logit:1`. */
  readonly objective: string;
  /** At which the network saw it. */
  readonly iteration: number;
  readonly value: number;
  /** In the class that the objective raises, else in the one that the network names. */
  readonly confidence: number;
  /** The class that the network names. */
  readonly class: number;
  readonly label: string;
  /** Why there was no gradient any more, where that ended it. */
  readonly fault?: string;
  /** Of a climbed CPPN. */
  readonly genome?: CppnGenome;
}

/**
 * Prepares the ascent of all objectives side by side on the device.
 *
 * @example
 * using ascent = await createAscent({
 *   gpu, model,
 *   objectives: [logit('goldfish'), unit('conv5', 12)],
 *   parametrisation: fourier(),
 *   optimiser: adam({ stepSize: 0.05 }),
 *   transforms: [jitter(8), rotate(5)],
 * });
 * for await (const { scores } of ascent.steps(256)) if (scores.every((score) => score > 0.9999)) break;
 * const [goldfish] = await ascent.images();
 *
 * @throws AscentSettingsError, ObjectiveError for what cannot be; GpuLimitError where memory holds fewer images than objectives
 */
export async function createAscent(options: AscentOptions): Promise<Ascent> {
  const { gpu, model } = options;
  const { settings, startPictures } = settingsOf(options);
  checkSettings(settings, model);
  const { objectives, denseWeights, trials } = settings;
  const climb = trials[0]?.climb;
  if (!climb) throw new Error('an ascent has one trial');
  using made = new ResourceStack();
  const parameters = made.use(
    await uploadParameters(gpu, model.architecture, model.weights, model.name, denseWeights),
  );
  const graph = made.use(await createObjectiveGraph(gpu, model, parameters, settings));
  const parametrisation = await createParametrisation(graph, settings, objectives);
  const optimiser = made.use(
    await Optimiser.create(graph, {
      settings,
      climb,
      objectives,
      parametrisation,
      ...pictureForOf(startPictures, model.preprocessing),
    }),
  );
  return new Ascent(graph, settings, optimiser, parametrisation, made.move());
}

/**
 * Gradient ascent whose steps the caller takes: every objective keeps its lane. Made by `createAscent`; holds memory of the
 * device.
 */
export class Ascent implements Resource {
  #isOpen = true;
  readonly #queue: LaneQueue;
  #isClimbing = false;

  /** Made by `createAscent`. */
  constructor(
    private readonly graph: ObjectiveGraph,
    private readonly settings: AscentSettings,
    private readonly optimiser: Optimiser,
    private readonly parametrisation: Pick<ClimbableParametrisation, 'genomesOf'>,
    private readonly owned: ResourceStack,
  ) {
    this.#queue = new LaneQueue(settings.objectives, settings.batch);
    this.#queue.fill();
  }

  /** What is climbed, in the order of the images. */
  get objectives(): readonly Objective[] {
    return this.settings.objectives;
  }

  /** Iterations that were done. */
  get iterations(): number {
    return this.#queue.iteration;
  }

  /** Whether every objective has reached `until`, or has no gradient any more: there is nothing left to climb. */
  get isDone(): boolean {
    return this.#queue.isDone;
  }

  /**
   * Climbs, and says after each iteration what came of it; ends early where every objective is done. A loop over it may be left
   * at any time, and another one resumes from there.
   * @param count most iterations
   * @param atATime iterations that the device does before they are told, up to 64: more are quicker. A loop that is left has
   *   done all of them.
   * @throws AscentSettingsError for counts out of range
   */
  async *steps(count: number, atATime = 1): AsyncGenerator<AscentStep, void, undefined> {
    requireCount('count', count, Number.MAX_SAFE_INTEGER);
    requireCount('atATime', atATime, mostIterations);
    for (let done = 0; done < count && !this.isDone;) {
      const first = this.iterations;
      const many = Math.min(atATime, count - done);
      await this.#climb(many);
      done += many;
      for (let iteration = first; iteration < first + many; iteration++) yield this.#stepAt(iteration);
    }
  }

  /**
   * The best image of an objective so far: bytes [channels, height, width].
   * @throws RangeError where there is no such objective, Error before the first step
   */
  async image(index: number): Promise<AscentImage> {
    return this.#image(index, await this.#genomes());
  }

  /** The best images of all objectives so far. @throws Error before the first step */
  async images(): Promise<AscentImage[]> {
    const genomes = await this.#genomes();
    const images: AscentImage[] = [];
    for (const index of this.objectives.keys()) images.push(await this.#image(index, genomes));
    return images;
  }

  /** Of every lane's best image, where CPPNs are climbed. */
  async #genomes(): Promise<readonly CppnGenome[] | undefined> {
    this.#requireOpen();
    const parameters = await this.optimiser.bestParameters();
    return parameters && this.parametrisation.genomesOf?.(parameters);
  }

  async #image(index: number, genomes: readonly CppnGenome[] | undefined): Promise<AscentImage> {
    const trajectory = this.#queue.trajectories[index];
    if (!trajectory)
      throw new RangeError(
        `there is no image ${String(index)}, but those from 0 to ${String(this.objectives.length - 1)}`,
      );
    if (this.iterations === 0) throw new Error('there is no image before the first step: climb first');
    const image = await this.optimiser.image('best', index);
    const genome = genomes?.[index];
    return { ...image, ...this.#told(trajectory), ...(genome && { genome }) };
  }

  /** Frees what it took on the device. */
  destroy(): void {
    this.#isOpen = false;
    this.owned.destroy();
  }

  /** As `destroy`. */
  [Symbol.dispose](): void {
    this.destroy();
  }

  async #climb(count: number): Promise<void> {
    this.#requireOpen();
    if (this.#isClimbing) throw new Error('this ascent is in the middle of a step: await it first');
    this.#isClimbing = true;
    const queue = this.#queue;
    try {
      const { iteration: first, starts } = queue;
      await climbLanes(this.graph, this.optimiser, queue.open, { first, count, starts }, this.settings);
      queue.advance(count);
    } finally {
      this.#isClimbing = false;
    }
  }

  /** An objective that is done stays as it was. */
  #stepAt(iteration: number): AscentStep {
    const at = (numbers: readonly number[]) => finiteOr0(numbers[Math.min(iteration, numbers.length - 1)]);
    const { trajectories } = this.#queue;
    const values = trajectories.map(({ value }) => at(value));
    const confidences = trajectories.map(({ confidence }) => at(confidence));
    const scores = trajectories.map(
      ({ objective }, index) => (objective.watched === null ? values : confidences)[index] ?? 0,
    );
    return { iteration, scores, values, confidences };
  }

  #told({ objective, value, confidence, named, best, fault }: Trajectory) {
    const { iteration } = best;
    const number = named[iteration] ?? 0;
    return {
      objective: objective.name,
      iteration,
      value: finiteOr0(value[iteration]),
      confidence: finiteOr0(confidence[iteration]),
      class: number,
      label: this.graph.model.labels[number] ?? '',
      ...(fault !== undefined && { fault }),
    };
  }

  #requireOpen(): void {
    if (!this.#isOpen) throw new Error('this ascent has been freed');
  }
}

function requireCount(name: string, count: number, most: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= most) return;
  const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${String(most)}`;
  throw new AscentSettingsError(`${name} is ${String(count)}, expected a whole number from 1${upTo}`);
}
