/**
 * MAP-Elites against a model (paper §2.2) as ask, evaluate, tell: the caller owns the loop. `evolve` is the same loop, in which
 * the CPU breeds while the device judges.
 */
import type { BreedingHost } from '../genome/cppn-breeders.ts';
import { createPopulation, kernelsOfPopulation } from '../genome/create-population.ts';
import type { Population } from '../genome/population.ts';
import type { Gpu } from '../gpu/device.ts';
import { run } from '../gpu/program.ts';
import type { Choices } from '../gpu/tuning.ts';
import { argmaxPerClass } from '../kernels/genome/argmax-per-class.ts';
import type { Image } from '../image/image.ts';
import { createClassifier, type Classifier } from '../model/classifier.ts';
import { logOddsOf } from '../model/log-odds.ts';
import type { Model } from '../model/model.ts';
import { ResourceStack, type Resource } from '../util/resources.ts';
import type { Replacement } from './archive.ts';
import { birthsOf } from './births.ts';
import { Evaluator, type Evaluation } from './evaluator.ts';
import { Gallery } from './gallery.ts';
import { checkMemory, checkPopulation, searchMemory, type SearchMemory } from './limits.ts';
import { Lineage } from './lineage.ts';
import { Scheduler, type GenerationRequest, type Winners } from './scheduler.ts';
import { SearchArchive } from './search-archive.ts';
import { classesOf, completeSettings, type SearchSettings } from './settings.ts';

/** Only device and model are necessary; what is left out is as in `defaultSettings`. */
export interface SearchOptions extends Partial<SearchSettings> {
  readonly gpu: Gpu;
  readonly model: Model;
  /** Bytes that the search may take on the device beside the network's; `defaultSearchBudget` by default. */
  readonly memoryBudget?: number | undefined;
  /** Threads that breed CPPNs while the device works; they make no difference to what is found. */
  readonly breeding?: BreedingHost | undefined;
  /** Which variants the network's kernels are; by default what the device was tuned to. */
  readonly choices?: Choices | undefined;
}

/** The child that is best for a class. */
export interface BestChild {
  readonly class: number;
  /** Its number in the generation. */
  readonly child: number;
  /** In [0, 1]. */
  readonly confidence: number;
  /** log p − log(1 − p) of that confidence p, by which elites are compared; made of it where absent. */
  readonly logOdds?: number;
}

interface SearchParts {
  readonly gpu: Gpu;
  readonly model: Model;
  readonly settings: SearchSettings;
  readonly classes: readonly number[];
  readonly memory: SearchMemory;
  readonly classifier: Classifier;
  readonly population: Population;
  readonly evaluator: Evaluator;
  readonly gallery: Gallery;
}

/**
 * A search whose archive is empty.
 *
 * @throws SearchSettingsError, ClassError or PopulationError for settings that cannot be
 * @throws GpuLimitError where the device is too small
 */
export async function createSearch(options: SearchOptions): Promise<Search> {
  const { gpu, model, memoryBudget, choices, breeding } = options;
  const settings = completeSettings(options);
  const classes = classesOf(model, settings.classes);
  const { encoding, population: count, crops, randomViews, denseWeights: denseStorage = 'f32' } = settings;
  checkPopulation(gpu, model, encoding, count);
  const memory = searchMemory(model, settings, classes.length);
  checkMemory(memory, model, settings, memoryBudget);
  using made = new ResourceStack();
  const how = { crops, ...(randomViews && { randomViews }), denseStorage, choices };
  const extent = model.preprocessing.image;
  gpu.pipelines.askFor([
    ...kernelsOfPopulation(encoding, { size: count, extent }),
    argmaxPerClass(model.labels.length, count).kernel,
  ]);
  const classifier = made.use(await createClassifier(gpu, model, { images: count, ...how }));
  const { images } = classifier;
  const sizes = { size: count, cells: classes.length, seed: settings.seed, extent, images, breeding };
  const population = made.use(await createPopulation(gpu, settings, sizes));
  const evaluator = made.use(await Evaluator.create(gpu, classifier, count));
  const gallery = made.use(new Gallery(gpu, images, extent, classes.length));
  const parts = { gpu, model, settings, classes, memory, classifier, population, evaluator, gallery };
  return new Search(parts, made.move());
}

/**
 * All that MAP-Elites holds: archive, population, network. Ask, evaluate, tell; made by `createSearch`; holds memory of the
 * device.
 */
export class Search implements Resource {
  readonly gpu: Gpu;
  readonly model: Model;
  readonly settings: SearchSettings;
  /** Class of each cell. */
  readonly classes: readonly number[];
  /** What it holds on the device, beside the network. */
  readonly memory: SearchMemory;
  readonly archive: SearchArchive;
  readonly classifier: Classifier;
  readonly population: Population;
  readonly gallery: Gallery;
  readonly #evaluator: Evaluator;
  #scheduler: Scheduler;
  #lineage = new Lineage();
  /** What the lineage has not been told yet. */
  #unbooked:
    { readonly request: GenerationRequest; readonly replacements: readonly Replacement[] } | undefined;
  /** What the children on the device were made for, and the images were drawn for. */
  #bred: GenerationRequest | undefined;
  #drawn: GenerationRequest | undefined;
  /** The generation that a result of `evaluate` is of. */
  readonly #evaluated = new WeakMap<object, number>();
  #disposed = false;

  /** @internal `createSearch` makes it. */
  constructor(
    parts: SearchParts,
    private readonly held: Resource,
  ) {
    this.gpu = parts.gpu;
    this.model = parts.model;
    this.settings = parts.settings;
    this.classes = parts.classes;
    this.memory = parts.memory;
    this.classifier = parts.classifier;
    this.population = parts.population;
    this.gallery = parts.gallery;
    this.#evaluator = parts.evaluator;
    this.archive = new SearchArchive(this.classes, this.model.labels, {
      genome: (cell) => this.#genome(cell),
      image: (cell) => this.#open().gallery.image(cell),
    });
    this.#scheduler = this.#schedulerAt(0);
  }

  /** Number of the generation that is asked for now, or next. */
  get generation(): number {
    return this.#scheduler.generation;
  }

  /** Of the archive's elites. */
  get lineage(): Lineage {
    this.#bookLineage();
    return this.#lineage;
  }

  /**
   * Selects parents, varies them, and draws the children on the device.
   * @returns the cell of each child's parent, or none for the random individuals of generation 0
   */
  async ask(): Promise<GenerationRequest> {
    if (this.#drawn) throw new Error('ask was called twice: tell the best children first');
    await this.breed();
    run(this.gpu, this.population.render());
    const request = this.#scheduler.ask();
    this.#drawn = request;
    return request;
  }

  /**
   * Judges the children. Four words for each class come back; the images stay on the device.
   * @returns the best child for each cell, in the order of `classes`
   * @throws NotFiniteError where the network's answer to a child is not finite
   */
  async evaluate(): Promise<BestChild[]> {
    this.#open();
    if (!this.#drawn) throw new Error('evaluate before ask: there are no children yet');
    const { winners } = await this.#evaluator.submit();
    const { child, confidence, logOdds } = this.#byCell(winners);
    const best = this.classes.map((number, cell): BestChild => {
      const [own = 0, sureness = NaN, odds = NaN] = [child[cell], confidence[cell], logOdds[cell]];
      return { class: number, child: own, confidence: sureness, logOdds: odds };
    });
    this.#evaluated.set(best, this.generation);
    return best;
  }

  /**
   * The children's images, for an evaluation of one's own: `tell` takes any confidence in [0, 1].
   * @returns [children] of images [channels, height, width]
   */
  async images(): Promise<Image[]> {
    this.#open();
    if (!this.#drawn) throw new Error('images before ask: there are no children yet');
    return this.gallery.childImages(this.settings.population);
  }

  /**
   * Puts the children into the cells where they are better than the elites (paper §2.2).
   * @param best a child for each cell, in the order of `classes`, of `evaluate` or of the caller
   * @returns the cells that have a new elite
   * @throws RangeError for another number of children than cells, a child that there is not, or a confidence beyond [0, 1]
   */
  tell(best: readonly BestChild[]): Replacement[] {
    this.#open().#requested();
    this.#checkFresh(best);
    return this.#take({
      child: best.map(({ child }) => child),
      confidence: best.map(({ confidence }) => confidence),
      logOdds: best.map(({ confidence, logOdds = logOddsOf(confidence) }) => logOdds),
    });
  }

  /** As `tell`, of what the device found: [class] of the model. */
  tellAll(winners: Winners): Replacement[] {
    return this.#take(this.#byCell(winners));
  }

  /** Of winners by class, those of the cells. */
  #byCell({ child, confidence, logOdds }: Winners): Winners {
    const { cells } = this.archive;
    const own = {
      child: new Uint32Array(cells),
      confidence: new Float32Array(cells),
      logOdds: new Float32Array(cells),
    };
    for (let cell = 0; cell < cells; cell++) {
      const number = this.classes[cell] ?? -1;
      own.child[cell] = child[number] ?? 0;
      own.confidence[cell] = confidence[number] ?? NaN;
      own.logOdds[cell] = logOdds[number] ?? NaN;
    }
    return own;
  }

  #take(winners: Winners): Replacement[] {
    const request = this.#open().#requested();
    this.#bookLineage();
    const replacements = this.#scheduler.tell(winners);
    this.population.adopt(replacements);
    this.gallery.adopt(replacements);
    this.#bred = this.#drawn = undefined;
    this.#unbooked = { request, replacements };
    return replacements;
  }

  #requested(): GenerationRequest {
    if (this.#bred) return this.#bred;
    throw new Error('tell before ask: there are no children yet');
  }

  /** Who descends from whom is written down when it is asked for, or before the archive changes again: the device need not wait. */
  #bookLineage(): void {
    if (!this.#unbooked) return;
    const { request, replacements } = this.#unbooked;
    this.#unbooked = undefined;
    this.#lineage.adopt(birthsOf(this.archive, this.classes, request, replacements));
  }

  /** The first half of `ask`: makes the children, and leaves drawing them to `drawAndJudge`. */
  async breed(): Promise<void> {
    this.#open();
    const request = this.#scheduler.ask();
    const { parents, generation } = request;
    await (parents ? this.population.vary(parents, generation) : this.population.first());
    this.#bred = request;
  }

  /** The second half of `ask`, and `evaluate`, in one submission; `breedAhead` may be called meanwhile. */
  drawAndJudge(): Promise<Evaluation> {
    return this.#open().#evaluator.submit(this.population.render());
  }

  /**
   * Does the CPU's share of the next generation, as far as it is known before `tell`: once every cell is occupied, parents no
   * longer depend on it. A child of an elite that is replaced is made again. Results are the same.
   * @param generations after which there is none to make
   */
  async breedAhead(generations: number): Promise<void> {
    const ahead = this.#scheduler.askAhead();
    if (!ahead?.parents || ahead.generation >= generations) return;
    await this.population.prepare(ahead.parents, ahead.generation);
    if (!this.#disposed) this.#evaluator.encodeAhead(this.population.renderNext());
  }

  /**
   * Goes on from a state whose elites have been restored into `archive` and whose genomes into `population`: they are drawn
   * again. Random numbers are counted by generation and child, so that the search ends as if it had never stopped.
   * @param generations that are complete
   */
  async resumeAt(generations: number, lineage: Lineage): Promise<void> {
    this.#open();
    this.#scheduler = this.#schedulerAt(generations);
    this.#lineage = lineage;
    this.#unbooked = undefined;
    const cells = this.archive.occupied();
    for (let first = 0; first < cells.length; first += this.settings.population) {
      const shown = cells.slice(first, first + this.settings.population);
      await this.population.show(shown);
      run(this.gpu, this.population.render());
      this.gallery.adopt(shown.map((cell, child) => ({ cell, child })));
    }
  }

  /** Frees what it holds on the device; elites that were read stay as they are. */
  destroy(): void {
    this.#disposed = true;
    this.held.destroy();
  }

  /** As `destroy`. */
  [Symbol.dispose](): void {
    this.destroy();
  }

  #schedulerAt(generation: number): Scheduler {
    return new Scheduler(this.archive, this.settings.population, this.settings.seed, generation);
  }

  async #genome(cell: number) {
    const [genome] = await this.#open().population.genomes([cell]);
    if (!genome) throw new RangeError(`cell ${String(cell)} has no genome`);
    return genome;
  }

  #checkFresh(best: readonly BestChild[]): void {
    const of = this.#evaluated.get(best);
    if (of === undefined || of === this.generation) return;
    throw new Error(
      `tell before evaluate: these are the best children of generation ${String(of)}, and generation ${String(this.generation)} was asked for`,
    );
  }

  #open(): this {
    if (this.#disposed) throw new Error('the search is disposed: create another one');
    return this;
  }
}
