/**
 * A device that computes nothing and takes as long as it is told: what is left is the host's own time. It answers a generation
 * with winners that `answer` writes, and keeps the device's clock: work is done one after the other, from when it is submitted.
 */
import type { AdapterDescription } from '../../src/gpu/device.ts';
import { winnerBytes } from '../../src/kernels/genome/argmax-per-class.ts';

/** What the device answers a generation with: for each class f32 log-odds, f32 confidence, u32 child, u32 lost. */
export type Answer = (words: Uint32Array, numbers: Float32Array) => void;

export const stubAdapter: AdapterDescription = {
  name: 'stub',
  kind: 'gpu',
  vendor: 'none',
  description: 'a device that computes nothing',
  reason: 'measures the host alone',
};

const limits = {
  maxBufferSize: 2 ** 31,
  maxStorageBufferBindingSize: 2 ** 31 - 4,
  maxComputeWorkgroupStorageSize: 32768,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupSizeY: 1024,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
};

/** Bytes that an evaluation's read-back ends with: when its passes began and ended. */
const timestampBytes = 32;

interface Commands {
  readonly isGeneration: boolean;
}

export class StubDevice {
  /** Milliseconds that generations have taken so far. */
  busy = 0;
  generations = 0;
  /** Moment at which the device is done with what it has. */
  #free = 0;

  /**
   * @param milliseconds that a generation takes
   * @param answer writes the winners of the generation that is read back
   */
  constructor(
    public milliseconds: number,
    private readonly answer: Answer,
  ) {}

  get adapter(): GPUAdapter {
    const features = new Set(['timestamp-query']);
    return {
      limits,
      features,
      requestDevice: () => Promise.resolve(this.#device()),
    } as unknown as GPUAdapter;
  }

  #device(): GPUDevice {
    const nothing = () => undefined;
    const pipeline = { getBindGroupLayout: () => ({}) };
    return {
      limits,
      features: new Set(['timestamp-query']),
      lost: new Promise(nothing),
      addEventListener: nothing,
      destroy: nothing,
      createBuffer: ({ label, size }: GPUBufferDescriptor) => this.#buffer(label ?? '', size),
      createShaderModule: () => ({ getCompilationInfo: () => Promise.resolve({ messages: [] }) }),
      createComputePipelineAsync: () => Promise.resolve(pipeline),
      createBindGroup: () => ({}),
      createQuerySet: () => ({ destroy: nothing }),
      createCommandEncoder: () => encoder(),
      queue: {
        writeBuffer: nothing,
        onSubmittedWorkDone: () => this.#done(this.#free),
        submit: (all: readonly Commands[]) => {
          for (const commands of all) this.#submit(commands);
        },
      },
    } as unknown as GPUDevice;
  }

  #submit({ isGeneration }: Commands): void {
    if (!isGeneration) return;
    this.generations++;
    this.busy += this.milliseconds;
    this.#free = Math.max(this.#free, performance.now()) + this.milliseconds;
  }

  #buffer(label: string, size: number) {
    const nothing = () => undefined;
    const content = () => (label.startsWith('winners') ? this.#winners(size) : new ArrayBuffer(size));
    const range = { getMappedRange: content, unmap: nothing, destroy: nothing };
    return { label, size, ...range, mapAsync: () => this.#done(this.#free) };
  }

  /** Node's bindings of WebGPU look at the device from the event loop too. */
  async #done(moment: number): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (performance.now() < moment);
  }

  #winners(size: number): ArrayBuffer {
    const content = new ArrayBuffer(size);
    const count = (size - timestampBytes) / winnerBytes;
    const words = new Uint32Array(content, 0, (count * winnerBytes) / 4);
    this.answer(words, new Float32Array(content, 0, words.length));
    const stamps = new BigUint64Array(content.slice(count * winnerBytes));
    stamps[3] = BigInt(Math.round(1e6 * this.milliseconds));
    new Uint8Array(content).set(new Uint8Array(stamps.buffer), count * winnerBytes);
    return content;
  }
}

function encoder() {
  const nothing = () => undefined;
  let isGeneration = false;
  const pass = { setPipeline: nothing, setBindGroup: nothing, dispatchWorkgroups: nothing, end: nothing };
  return {
    beginComputePass: () => pass,
    copyBufferToBuffer: nothing,
    // Evaluations alone are timed.
    resolveQuerySet: () => {
      isGeneration = true;
    },
    finish: (): Commands => ({ isGeneration }),
  };
}
