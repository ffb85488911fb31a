/** Compute pipelines, each compiled once: also when two layers ask for the same one at the same time. */
import { GpuError } from './errors.ts';
import type { Kernel } from './kernel.ts';
import type { Wait } from './wait.ts';

export class PipelineCache {
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(
    readonly device: GPUDevice,
    private readonly wait: Wait,
  ) {}

  get size(): number {
    return this.#pipelines.size;
  }

  /** @throws GpuError with the compiler's message and the line it points at. */
  get(kernel: Kernel): Promise<GPUComputePipeline> {
    const key = JSON.stringify([kernel.source, kernel.entryPoint, kernel.constants]);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#compile(kernel);
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  async #compile(kernel: Kernel): Promise<GPUComputePipeline> {
    const label = `${kernel.family}/${kernel.variant}`;
    let module = this.#modules.get(kernel.source);
    if (!module) {
      module = this.device.createShaderModule({ label, code: kernel.source });
      this.#modules.set(kernel.source, module);
    }
    try {
      const compiling = this.device.createComputePipelineAsync({
        label,
        layout: 'auto',
        compute: { module, entryPoint: kernel.entryPoint, constants: kernel.constants },
      });
      return await this.wait(compiling);
    } catch (error) {
      const messages = (await module.getCompilationInfo()).messages;
      const lines = messages.map(
        (m) => `  [${m.type} at ${String(m.lineNum)}:${String(m.linePos)}] ${m.message}`,
      );
      throw new GpuError([`kernel ${label} does not compile: ${String(error)}`, ...lines].join('\n'));
    }
  }
}
