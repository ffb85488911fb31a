/** Operands of a kernel that is measured: one seeded pattern, known on both sides of the bus without being kept twice. */
import { storageUsage, type Gpu } from '../../src/gpu/device.ts';
import type { View } from '../../src/kernels/reference.ts';
import { patternWords, repeatPattern } from '../../src/kernels/tuning/operands.ts';
import { RandomStream } from '../../src/random/threefry.ts';

/** Words by which the patterns of two bindings are apart. */
const shift = 977;

export class Operands {
  readonly buffers: Readonly<Record<string, GPUBuffer>>;
  readonly #floats: Float32Array<ArrayBuffer>;
  readonly #words: Uint32Array<ArrayBuffer>;

  /**
   * @param bytes of each binding, by its name
   * @param places of a window: bindings of whole numbers below it, a byte each, instead of floats
   * @throws GpuLimitError when an operand exceeds what the adapter binds
   */
  constructor(
    private readonly gpu: Gpu,
    label: string,
    private readonly bytes: Readonly<Record<string, number>>,
    seed: number,
    private readonly places: Readonly<Record<string, number>> = {},
  ) {
    const random = RandomStream.of(seed);
    const floats = Array.from({ length: patternWords }, () => {
      const size = 0.5 + random.below(2 ** 20) / 2 ** 20;
      return random.below(2) === 0 ? size : -size;
    });
    // Twice, so that a copy may begin anywhere in it.
    this.#floats = Float32Array.from([...floats, ...floats]);
    const most = Math.max(1, ...Object.values(places));
    const words = Array.from({ length: patternWords }, () => {
      return [0, 8, 16, 24].reduce((word, bits) => word + random.below(most) * 2 ** bits, 0);
    });
    this.#words = Uint32Array.from([...words, ...words]);
    const entries = Object.entries(bytes);
    this.buffers = Object.fromEntries(
      entries.map(([binding, size]) => {
        return [binding, gpu.buffer(`${label}, operand ${binding}`, size, storageUsage)];
      }),
    );
  }

  /** Writes the pattern into all bindings; results are overwritten with what no kernel gives. */
  fill(): void {
    const patterns = {
      floats: this.gpu.bufferFrom('pattern of floats', this.#floats),
      words: this.gpu.bufferFrom('pattern of words', this.#words),
    };
    const encoder = this.gpu.device.createCommandEncoder();
    for (const [binding, buffer] of Object.entries(this.buffers)) {
      const pattern = binding in this.places ? patterns.words : patterns.floats;
      repeatPattern(encoder, pattern, this.#start(binding), buffer);
    }
    this.gpu.device.queue.submit([encoder.finish()]);
    for (const pattern of Object.values(patterns)) pattern.destroy();
  }

  /** What `fill` wrote, by index: floats, or where they are asked for bytes. */
  values(binding: string, view?: View): (index: number) => number {
    const start = this.#start(binding);
    const pattern = binding in this.places ? this.#words : this.#floats;
    if (view !== 'bytes') return (index) => pattern[start + (index % patternWords)] ?? NaN;
    return (index) => {
      const word = this.#words[start + (Math.floor(index / 4) % patternWords)] ?? NaN;
      return (word >>> (8 * (index % 4))) & 255;
    };
  }

  /** Floats of a binding. */
  length(binding: string): number {
    return (this.bytes[binding] ?? 0) / 4;
  }

  #start(binding: string): number {
    return (Object.keys(this.bytes).indexOf(binding) * shift) % patternWords;
  }

  destroy(): void {
    for (const buffer of Object.values(this.buffers)) buffer.destroy();
  }
}
