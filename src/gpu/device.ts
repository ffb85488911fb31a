/// <reference types="@webgpu/types" preserve="true" />
/** An open device with what every layer above needs: its limits, its errors, its pipelines. */
import { DeviceLostError, GpuError, GpuLimitError, formatBytes } from './errors.ts';
import { unlimited, type HostMemory } from './host-memory.ts';
import { LiveBuffers, type GpuMemory } from './live-buffers.ts';
import { PipelineCache } from './pipeline-cache.ts';
import type { Tuning } from './tuning.ts';
import { justWait, type Wait } from './wait.ts';

/** Which defaults suit the adapter: the two CPU drivers differ from each other as much as from a GPU. */
export const adapterKinds = ['swiftshader', 'lavapipe', 'gpu'] as const;
export type AdapterKind = (typeof adapterKinds)[number];

export interface AdapterDescription {
  /** Short name for tables, e.g. `swiftshader` or the device's own name. */
  readonly name: string;
  readonly kind: AdapterKind;
  readonly vendor: string;
  readonly description: string;
  /** One line: why this adapter and no other. */
  readonly reason: string;
}

/** Optional features the engine makes use of when the adapter offers them. */
const wantedFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16', 'subgroups'];

/** Limits that the engine asks for up to what the adapter has; WebGPU's defaults would be far lower. */
const wantedLimits = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
] as const;

/** Some bytes of a buffer; it may be bound where a buffer may. */
export interface BufferPart {
  readonly buffer: GPUBuffer;
  /** Bytes. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** A whole buffer, or a part of one. */
export type DeviceMemory = GPUBuffer | BufferPart;

export const partOf = (memory: DeviceMemory): BufferPart =>
  'buffer' in memory ? memory : { buffer: memory, offset: 0, size: memory.size };

export interface GpuOptions {
  /** How the host waits for the device. */
  readonly wait?: Wait;
  /**
   * How often each kernel is going to be launched, roughly: where it is a few times, variants that the driver compiles quickly are
   * taken in place of those that run fastest. By default as often as a run of a few hundred generations does.
   */
  readonly expectedLaunches?: number | undefined;
  /** What the host has to say of memory that a driver in this process takes; nothing where the device has its own. */
  readonly host?: HostMemory;
  /** Called when the device is closed. */
  readonly onClose?: () => void;
}

/**
 * A device that is open until it is closed, by `using` or by `close`.
 *
 * @example
 * using gpu = await openGpu(); // of easily-fooled/node; in a browser `Gpu.open` takes the adapter of `navigator.gpu`
 */
export class Gpu implements Disposable {
  readonly pipelines: PipelineCache;
  /** Set by the host that opens the device, before networks are made on it: which variants they take. */
  tuning: Tuning | undefined;
  /** Takes what is worth telling a person, such as a kernel that the driver refuses; set by the host. */
  onNote: (text: string) => void = () => undefined;
  readonly wait: Wait;
  readonly expectedLaunches: number | undefined;
  readonly #host: HostMemory;
  readonly #onClose: () => void;
  readonly #live = new LiveBuffers();
  /** Variants that the driver does not compile, by the key of the shape. */
  readonly #refused = new Map<string, Set<string>>();
  #failure: GpuError | undefined;
  #closed = false;

  private constructor(
    readonly device: GPUDevice,
    readonly adapter: AdapterDescription,
    { wait = justWait, expectedLaunches, host = unlimited, onClose = () => undefined }: GpuOptions,
  ) {
    this.wait = wait;
    this.expectedLaunches = expectedLaunches;
    this.#host = host;
    this.#onClose = onClose;
    this.pipelines = new PipelineCache(device, wait, host.forCompiling);
    device.addEventListener('uncapturederror', (event) => {
      this.#failure ??= new GpuError(`${adapter.name}: ${firstParagraph(event.error.message)}`);
    });
    void device.lost.then((info) => {
      if (this.#closed) return;
      // Whatever else is reported follows from it.
      this.#failure = new DeviceLostError(
        `${adapter.name}: the device was lost (${info.message || info.reason})`,
      );
    });
  }

  /** Opens a device with the adapter's own limits and those optional features that it has. */
  static async open(
    adapter: GPUAdapter,
    description: AdapterDescription,
    options: GpuOptions = {},
  ): Promise<Gpu> {
    const requiredLimits: Record<string, number> = {};
    for (const limit of wantedLimits) requiredLimits[limit] = adapter.limits[limit];
    const requiredFeatures = wantedFeatures.filter((feature) => adapter.features.has(feature));
    const device = await adapter.requestDevice({ label: description.name, requiredLimits, requiredFeatures });
    return new Gpu(device, description, options);
  }

  /** Of the device. */
  get limits(): GPUSupportedLimits {
    return this.device.limits;
  }

  /** What the buffers take that were made here and are not freed. */
  get memory(): GpuMemory {
    return this.#closed ? { buffers: 0, bytes: 0 } : this.#live.memory;
  }

  /** Whether the device was made with an optional feature. */
  has(feature: GPUFeatureName): boolean {
    return this.device.features.has(feature);
  }

  /** Lanes of the smallest subgroups, 0 where the adapter has none. */
  get subgroupMinSize(): number {
    return this.has('subgroups') ? (this.device.adapterInfo.subgroupMinSize ?? 0) : 0;
  }

  /** Whether the driver has refused this variant for a shape. */
  refuses(shape: string, variant: string): boolean {
    return this.#refused.get(shape)?.has(variant) === true;
  }

  /** Leaves a variant out for a shape from now on, with a note why. */
  refuse(shape: string, variant: string, reason: string): void {
    const refused = this.#refused.get(shape) ?? new Set();
    this.#refused.set(shape, refused.add(variant));
    this.onNote(`${reason}\nanother variant is taken for ${shape}`);
  }

  /** Throws the first error that the device reported since it was opened, if there was one. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Forgets what `check` would throw: the work belonged to another caller of the same device, who was told. */
  forgetFailure(): void {
    this.#failure = undefined;
  }

  /**
   * A zero-filled buffer.
   * @throws GpuLimitError when the adapter cannot bind that many bytes, or the host has none left for it.
   */
  buffer(label: string, bytes: number, usage: GPUBufferUsageFlags = storageUsage): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const most = Math.min(this.limits.maxBufferSize, this.limits.maxStorageBufferBindingSize);
    if (size > most) {
      throw new GpuLimitError(
        `${label} needs ${formatBytes(size)} in one buffer; ${this.adapter.name} binds at most ${formatBytes(most)}`,
      );
    }
    this.#host.forBuffer(label, size);
    return this.#live.counted(this.device.createBuffer({ label, size, usage }));
  }

  /** A buffer that holds the given values. */
  bufferFrom(
    label: string,
    content: ArrayBufferView<ArrayBuffer>,
    usage: GPUBufferUsageFlags = storageUsage,
  ): GPUBuffer {
    const buffer = this.buffer(label, content.byteLength, usage);
    this.write(buffer, content);
    return buffer;
  }

  /** A buffer that copies go to and that `mapped` reads. @param bytes a multiple of 4 */
  staging(label: string, bytes: number): GPUBuffer {
    const usage = 0x0001 | 0x0008; // MAP_READ | COPY_DST
    return this.#live.counted(this.device.createBuffer({ label, size: bytes, usage }));
  }

  /** Queues a copy to the device; lengths that are no multiple of 4 bytes are padded with zeros. */
  write(memory: DeviceMemory, content: ArrayBufferView<ArrayBuffer>, offset = 0): void {
    const { buffer, offset: first } = partOf(memory);
    const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
    const padded =
      bytes.length % 4 === 0
        ? bytes
        : Uint8Array.from({ length: Math.ceil(bytes.length / 4) * 4 }, (_, i) => bytes[i] ?? 0);
    this.device.queue.writeBuffer(buffer, first + offset, padded);
  }

  /** Waits for the queue and copies bytes back to the CPU. */
  async read(memory: DeviceMemory, bytes: number = memory.size, offset = 0): Promise<ArrayBuffer> {
    const { buffer, offset: first } = partOf(memory);
    const size = Math.ceil(bytes / 4) * 4;
    const staging = this.staging(`read-back of ${buffer.label}`, size);
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, first + offset, staging, 0, size);
    this.device.queue.submit([encoder.finish()]);
    try {
      const content = await this.mapped(staging);
      return content.byteLength === bytes ? content : content.slice(0, bytes);
    } finally {
      staging.destroy();
    }
  }

  /** Maps a staging buffer, copies its content and unmaps it. Surfaces device errors as `GpuError`. */
  async mapped(staging: GPUBuffer): Promise<ArrayBuffer> {
    try {
      await this.wait(staging.mapAsync(mapRead));
    } catch (error) {
      // That the device is lost is told a moment after what it was doing has failed.
      await new Promise((resolve) => setTimeout(resolve));
      this.check();
      throw new GpuError(`${this.adapter.name}: ${staging.label} failed: ${String(error)}`);
    }
    this.check();
    const copy = staging.getMappedRange().slice(0);
    staging.unmap();
    return copy;
  }

  /** Ends the device and frees all that was made on it; an open one keeps a core busy and the process alive. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.device.destroy();
    this.#onClose();
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

export const storageUsage = 0x80 | 0x04 | 0x08; // STORAGE | COPY_SRC | COPY_DST
export const uniformUsage = 0x40 | 0x08; // UNIFORM | COPY_DST
const mapRead = 1; // GPUMapMode.READ

/** Dawn appends the call stack of the validation; the first paragraph says what is wrong and names the object. */
function firstParagraph(message: string): string {
  return message.split('\n\n')[0]?.trim() ?? message;
}
