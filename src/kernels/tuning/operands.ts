/** Operands that a kernel is tried on: random numbers that are finite whether they are read as floats or as halves. */
import { ResourceStack, type Resource } from '../../util/resources.ts';
import { storageUsage, type Gpu } from '../../gpu/device.ts';
import type { TuningTask } from '../../gpu/tuning.ts';
import { RandomStream } from '../../random/threefry.ts';

/** Words of the pattern that fills an operand: a prime, so that no two rows of a matrix are alike. */
export const patternWords = 65_521;

/**
 * Encodes copies of a pattern, one after the other, until they fill a buffer.
 * @param first word of the pattern's buffer at which it begins
 */
export function repeatPattern(
  encoder: GPUCommandEncoder,
  pattern: GPUBuffer,
  first: number,
  buffer: GPUBuffer,
): void {
  for (let offset = 0; offset < buffer.size; offset += 4 * patternWords) {
    const bytes = Math.min(4 * patternWords, buffer.size - offset);
    encoder.copyBufferToBuffer(pattern, 4 * first, buffer, offset, bytes);
  }
}

export class TrialBuffers implements Resource {
  /** By the names of the bindings. */
  readonly buffers: Readonly<Record<string, GPUBuffer>>;
  readonly #result: GPUBuffer;
  readonly #resultBytes: number;

  /** @throws GpuLimitError when an operand exceeds what the adapter binds */
  constructor(
    private readonly gpu: Gpu,
    { label, operands, launches }: TuningTask,
  ) {
    const bindings = launches[0]?.bindings ?? {};
    using stack = new ResourceStack();
    const made = Object.entries(operands).map(([name, bytes]) => {
      const buffer = stack.use(gpu.buffer(`${label}, ${name} for tuning`, bytes, storageUsage));
      return { name, bytes, buffer };
    });
    const result = made.find(({ name }) => bindings[name]?.writes);
    if (!result) throw new RangeError(`${label} writes none of its operands`);
    this.buffers = Object.fromEntries(made.map(({ name, buffer }) => [name, buffer]));
    this.#result = result.buffer;
    this.#resultBytes = result.bytes;
    this.#fill();
    stack.move();
  }

  #fill(): void {
    const pattern = this.gpu.bufferFrom('pattern for tuning', randomWords());
    const encoder = this.gpu.device.createCommandEncoder();
    for (const buffer of Object.values(this.buffers)) {
      if (buffer === this.#result) continue;
      repeatPattern(encoder, pattern, 0, buffer);
    }
    this.gpu.device.queue.submit([encoder.finish()]);
    pattern.destroy();
  }

  /** Zeros the result, so that a value which a kernel forgets is not that of the one before. */
  clearResult(): void {
    const encoder = this.gpu.device.createCommandEncoder();
    encoder.clearBuffer(this.#result);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** What the last kernel wrote. */
  async result(): Promise<Float32Array> {
    return new Float32Array(await this.gpu.read(this.#result, this.#resultBytes));
  }

  destroy(): void {
    for (const buffer of Object.values(this.buffers)) buffer.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** As a float, of size 0.5 to 2 and either sign; as two halves, of size 0.125 to 2. */
function randomWords(): Uint32Array<ArrayBuffer> {
  const random = RandomStream.of(1);
  return Uint32Array.from({ length: patternWords }, () => {
    const [high, low] = [random.below(2 ** 16), random.below(2 ** 16)];
    const sign = 0x8000;
    const upper = (high & sign) | (0x3f00 + (high & 0xff));
    const lower = (low & sign) | (0x3000 + (low & 0x7ff));
    return ((upper << 16) | lower) >>> 0;
  });
}
