/** Compute pipelines, each compiled once: also when two layers ask for the same one at the same time. */
import type { HostMemory } from './host-memory.ts';
import { KernelError } from './errors.ts';
import { kernelText, type Kernel } from './kernel.ts';
import { messageOf } from '../util/message-of.ts';
import type { Wait } from './wait.ts';

/** A shader as one specialisation has it, with the pipelines of its entry points and constants. */
interface Module {
  readonly shader: GPUShaderModule;
  readonly pipelines: Map<string, Promise<GPUComputePipeline>>;
}

/** Compute pipelines of a device: each kernel is compiled once, also where it is asked for again meanwhile. */
export class PipelineCache {
  /** By the shader's source, then by its specialisation. */
  readonly #modules = new Map<string, Map<string, Module>>();
  #asked = 0;
  #compiled = 0;
  /** Told whenever a pipeline is asked for that is not there yet, and when it is: how many were so far. Set by the host. */
  onCompiling: (compiled: number, asked: number) => void = () => undefined;

  constructor(
    readonly device: GPUDevice,
    private readonly wait: Wait,
    /** What the host has to say of the memory that it takes. */
    private readonly reserve: HostMemory['forCompiling'],
  ) {}

  /** @throws KernelError with the compiler's message and the line it points at */
  get(kernel: Kernel): Promise<GPUComputePipeline> {
    const { shader, pipelines } = this.#module(kernel);
    const key = JSON.stringify([kernel.entryPoint, kernel.constants]);
    let pipeline = pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#compile(kernel, shader);
      pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  /** Has kernels compiled side by side that are bound later; one that does not compile says so there. */
  askFor(kernels: Iterable<Kernel>): void {
    for (const kernel of kernels) this.get(kernel).catch(() => undefined);
  }

  #module(kernel: Kernel): Module {
    const ofSource = this.#modules.get(kernel.source) ?? new Map<string, Module>();
    this.#modules.set(kernel.source, ofSource);
    const key = JSON.stringify(kernel.specialisation ?? {});
    let module = ofSource.get(key);
    if (!module) {
      const shader = this.device.createShaderModule({ label: labelOf(kernel), code: kernelText(kernel) });
      ofSource.set(key, (module = { shader, pipelines: new Map() }));
    }
    return module;
  }

  async #compile(kernel: Kernel, module: GPUShaderModule): Promise<GPUComputePipeline> {
    const label = labelOf(kernel);
    const release = this.reserve(label);
    this.onCompiling(this.#compiled, ++this.#asked);
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
      const { entryPoint, constants } = kernel;
      const shape = Object.entries(constants).map(([name, value]) => `${name}=${String(value)}`);
      const what = `kernel ${label}, ${entryPoint} with ${shape.join(' ')}, does not compile here`;
      throw new KernelError([`${what}: ${reasonOf(error)}`, ...lines].join('\n'));
    } finally {
      release();
      this.onCompiling(++this.#compiled, this.#asked);
    }
  }
}

/** The first line of Dawn's message: the others are its own call stack. */
const reasonOf = (error: unknown): string => messageOf(error).split('\n')[0] ?? '';

const labelOf = ({ family, variant }: Kernel): string => `${family}/${variant}`;
