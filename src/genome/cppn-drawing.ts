/** Draws a generation of CPPNs: the buffers that their programs go to, and the kernels bound to them. */
import { uniformUsage, type Gpu } from '../gpu/device.ts';
import type { Kernel } from '../gpu/kernel.ts';
import { Program, bind } from '../gpu/program.ts';
import { slotsFor } from '../kernels/genome/cppn-values.ts';
import { cppn, cppnStoredBytes } from '../kernels/genome/cppn.ts';
import { hlsToRgb } from '../kernels/image/colour.ts';
import { ResourceStack, type Resource } from '../util/resources.ts';
import { cppnFrame, type Coordinates } from './cppn-coordinates.ts';
import type { CppnPrograms } from './cppn-program.ts';
import type { PopulationSettings } from './population.ts';

/** Bytes that a program is expected to take at first. */
const programBytes = 256;

type Drawn = Pick<PopulationSettings, 'size' | 'extent'>;

/** What draws CPPNs that hold so many values at once. */
function launchesOf({ size: population, extent: [channels, height, width] }: Drawn, slots: number) {
  const shape = { population, channels, height, width, slots };
  return {
    shape,
    render: cppn(shape),
    colour: channels === 3 ? hlsToRgb(population, Math.ceil((height * width) / 4)) : undefined,
  };
}

/** The kernels that draw small CPPNs, as a search has them at first. */
export function firstDrawing(settings: Drawn): Kernel[] {
  const { render, colour } = launchesOf(settings, slotsFor(1));
  return [render.kernel, ...(colour ? [colour.kernel] : [])];
}

export class CppnDrawing implements Resource {
  readonly #table: GPUBuffer;
  readonly #frame: GPUBuffer;
  #words: GPUBuffer;
  /** Where genomes hold more values at once than private memory does. */
  #values: GPUBuffer | undefined;
  #program = new Program([]);
  #slots = 0;
  /** Words of the same programs that are on the device already. */
  #uploaded = 0;

  constructor(
    private readonly gpu: Gpu,
    private readonly settings: Pick<PopulationSettings, 'size' | 'extent' | 'images'>,
    coordinates: Coordinates,
  ) {
    const [, height, width] = settings.extent;
    using made = new ResourceStack();
    this.#table = made.use(gpu.buffer('CPPN table', 16 * settings.size));
    const frame = cppnFrame(coordinates, [height, width]);
    this.#frame = made.use(gpu.bufferFrom('CPPN frame', frame, uniformUsage));
    this.#words = made.use(gpu.buffer('CPPN program', programBytes * settings.size));
    made.move();
  }

  destroy(): void {
    for (const buffer of [this.#table, this.#frame, this.#words, this.#values]) buffer?.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Draws what was uploaded last. It is the same until `upload` has to wait. */
  get program(): Program {
    return this.#program;
  }

  /**
   * Sends programs to the device; of those that it was sent since they were cleared, what is new alone.
   * @returns what to wait for before they are drawn, where they need another kernel or a larger buffer than before
   */
  upload(programs: CppnPrograms<ArrayBuffer>): Promise<void> | undefined {
    const bytes = 4 * programs.length;
    const outgrown = bytes > this.#words.size;
    if (outgrown) {
      this.#words.destroy();
      this.#words = this.gpu.buffer('CPPN program', 2 * bytes);
    }
    const from = outgrown || programs.isFresh ? 0 : this.#uploaded;
    programs.isFresh = false;
    this.#uploaded = programs.length;
    this.gpu.write(this.#table, programs.table);
    if (programs.length > from)
      this.gpu.write(this.#words, programs.words.subarray(from, programs.length), 4 * from);
    const slots = slotsFor(programs.mostSlots);
    if (!outgrown && slots === this.#slots) return undefined;
    this.#slots = slots;
    return this.#bind();
  }

  async #bind(): Promise<void> {
    const { images } = this.settings;
    const { shape, render, colour } = launchesOf(this.settings, this.#slots);
    const bytes = cppnStoredBytes(shape);
    this.#values?.destroy();
    this.#values = bytes > 0 ? this.gpu.buffer('values of the CPPNs', bytes) : undefined;
    const operands = {
      genomes: this.#table,
      program: this.#words,
      frame: this.#frame,
      images,
      ...(this.#values && { values: this.#values }),
    };
    const drawing = [
      bind(this.gpu, 'render', render, operands),
      ...(colour ? [bind(this.gpu, 'colour', colour, { images })] : []),
    ];
    this.#program = new Program(await Promise.all(drawing));
  }
}
