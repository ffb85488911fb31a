/** One submission per generation: render, judge, pick the winners. Only those few numbers come back. */
import type { Gpu } from '../gpu/device.ts';
import { Program, bind } from '../gpu/program.ts';
import { noChild, winnerBytes, argmaxPerClass } from '../kernels/genome/argmax-per-class.ts';
import type { Classifier } from '../model/classifier.ts';
import { notFinite } from '../model/not-finite.ts';
import { ResourceStack, type Resource } from '../util/resources.ts';
import type { Winners } from './scheduler.ts';

/** What judging a generation has brought. */
export interface Evaluation {
  /** The best child of every class: [class]. */
  readonly winners: Winners;
  /** Milliseconds on the device, where it has timestamps. */
  readonly render: number;
  readonly network: number;
}

/** What the host encodes once for a submission, ahead of it. */
interface Encoded {
  readonly render: Program | undefined;
  readonly commands: GPUCommandBuffer;
  readonly staging: GPUBuffer;
}

const timestampBytes = 32;

export class Evaluator implements Resource {
  readonly #winners: GPUBuffer;
  readonly #stamps: GPUBuffer;
  readonly #queries: GPUQuerySet | undefined;
  /** Read-back buffers that no submission uses: they are taken in turns, and none is made for a generation. */
  readonly #idle: GPUBuffer[] = [];
  readonly #staging = new Set<GPUBuffer>();
  #encoded: Encoded | undefined;

  private constructor(
    private readonly gpu: Gpu,
    private readonly classifier: Classifier,
    private readonly picking: Program,
    winnersBuffer: GPUBuffer,
    stamps: GPUBuffer,
  ) {
    this.#winners = winnersBuffer;
    this.#stamps = stamps;
    if (gpu.has('timestamp-query'))
      this.#queries = gpu.device.createQuerySet({ type: 'timestamp', count: 4 });
  }

  /**
   * Binds the choice of winners to a classifier.
   * @param children images that the classifier judges at once
   */
  static async create(gpu: Gpu, classifier: Classifier, children: number): Promise<Evaluator> {
    const { classes } = classifier.network;
    using made = new ResourceStack();
    const buffer = made.use(gpu.buffer('winners', winnerBytes * classes));
    const stamps = made.use(gpu.buffer('timestamps', timestampBytes, 0x0200 | 0x0004)); // QUERY_RESOLVE | COPY_SRC
    const picking = [
      await bind(gpu, 'winners', argmaxPerClass(classes, children), {
        log_odds: classifier.logOdds,
        confidence: classifier.confidences,
        winners: buffer,
      }),
    ];
    const evaluator = new Evaluator(gpu, classifier, new Program(picking), buffer, stamps);
    made.move();
    return evaluator;
  }

  destroy(): void {
    this.#winners.destroy();
    this.#stamps.destroy();
    this.#queries?.destroy();
    for (const staging of this.#staging) staging.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Does the host's share of the next submission, while the device works on one. It is left unused where `render` is another. */
  encodeAhead(render?: Program): void {
    this.#encoded = this.#encodedFor(render);
  }

  /**
   * Queues everything at once and resolves when the winners are back. Another submission may be queued before.
   * @param render draws the children; left out where they are drawn already
   * @throws NotFiniteError where the answer to a child is not finite
   */
  async submit(render?: Program): Promise<Evaluation> {
    const { commands, staging } = this.#encodedFor(render);
    this.#encoded = undefined;
    this.gpu.device.queue.submit([commands]);
    const content = await this.gpu.mapped(staging);
    this.#idle.push(staging);
    const lost = this.#firstLost(content);
    if (lost !== noChild) throw await notFinite(this.gpu, this.classifier, lost);
    return this.#decode(content);
  }

  #encodedFor(render: Program | undefined): Encoded {
    const ahead = this.#encoded;
    if (ahead && ahead.render === render) return ahead;
    if (ahead) this.#idle.push(ahead.staging);
    return this.#encode(render);
  }

  #encode(render: Program | undefined): Encoded {
    const bytes = this.#winners.size;
    const staging = this.#idle.pop() ?? this.#newStaging();
    const encoder = this.gpu.device.createCommandEncoder();
    this.#pass(encoder, 0, render ? [render] : []);
    this.#pass(encoder, 2, [this.classifier.program, this.picking]);
    encoder.copyBufferToBuffer(this.#winners, 0, staging, 0, bytes);
    if (this.#queries) {
      encoder.resolveQuerySet(this.#queries, 0, 4, this.#stamps, 0);
      encoder.copyBufferToBuffer(this.#stamps, 0, staging, bytes, timestampBytes);
    }
    return { render, commands: encoder.finish(), staging };
  }

  #newStaging(): GPUBuffer {
    const staging = this.gpu.staging('winners read-back', this.#winners.size + timestampBytes);
    this.#staging.add(staging);
    return staging;
  }

  #pass(encoder: GPUCommandEncoder, first: number, programs: readonly Program[]): void {
    const stamps = this.#queries && {
      querySet: this.#queries,
      beginningOfPassWriteIndex: first,
      endOfPassWriteIndex: first + 1,
    };
    const pass = encoder.beginComputePass(stamps ? { timestampWrites: stamps } : {});
    for (const program of programs) program.encode(pass);
    pass.end();
  }

  #firstLost(content: ArrayBuffer): number {
    const words = new Uint32Array(content);
    let first = noChild;
    for (let at = 0; at < this.classifier.network.classes; at++)
      first = Math.min(first, words[wordsOfWinner * at + 3] ?? noChild);
    return first;
  }

  #decode(content: ArrayBuffer): Evaluation {
    const { classes } = this.classifier.network;
    const [words, numbers] = [new Uint32Array(content), new Float32Array(content)];
    const winners = {
      logOdds: new Float32Array(classes),
      confidence: new Float32Array(classes),
      child: new Uint32Array(classes),
    };
    for (let index = 0; index < classes; index++) {
      const at = wordsOfWinner * index;
      winners.logOdds[index] = numbers[at] ?? 0;
      winners.confidence[index] = numbers[at + 1] ?? 0;
      winners.child[index] = words[at + 2] ?? 0;
    }
    const stamps = new DataView(content, this.#winners.size);
    // A driver may report a negative difference across a power state; it says nothing, so it counts as none.
    const between = (first: number) =>
      this.#queries
        ? Math.max(
            0,
            Number(stamps.getBigUint64(8 * first + 8, true) - stamps.getBigUint64(8 * first, true)),
          ) / 1e6
        : 0;
    return { winners, render: between(0), network: between(2) };
  }
}

/** In the order of bytes that WebGPU's hosts have. */
const wordsOfWinner = winnerBytes / 4;
