/** One submission per generation: render, judge, pick the winners. Only those few numbers come back. */
import type { Gpu } from '../gpu/device.ts';
import { Program, bind } from '../gpu/program.ts';
import { noChild, winnerBytes, argmaxPerClass } from '../kernels/genome/argmax-per-class.ts';
import type { Classifier } from '../model/classifier.ts';
import { notFinite } from '../model/not-finite.ts';
import { ResourceStack, type Resource } from '../util/resources.ts';
import type { Winner } from './scheduler.ts';

/** What judging a generation has brought. */
export interface Evaluation {
  /** The best child of every class. */
  readonly winners: readonly Winner[];
  /** Milliseconds on the device, where it has timestamps. */
  readonly render: number;
  readonly network: number;
}

export class Evaluator implements Resource {
  readonly #winners: GPUBuffer;
  readonly #stamps: GPUBuffer;
  readonly #queries: GPUQuerySet | undefined;

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
    const stamps = made.use(gpu.buffer('timestamps', 32, 0x0200 | 0x0004)); // QUERY_RESOLVE | COPY_SRC
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
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /**
   * Queues everything at once and resolves when the winners are back.
   * @param render draws the children; left out where they are drawn already
   * @throws NotFiniteError where the answer to a child is not finite
   */
  async submit(render?: Program): Promise<Evaluation> {
    const { device } = this.gpu;
    const bytes = this.#winners.size;
    const staging = this.gpu.staging('winners read-back', bytes + 32);
    const encoder = device.createCommandEncoder();
    this.#pass(encoder, 0, render ? [render] : []);
    this.#pass(encoder, 2, [this.classifier.program, this.picking]);
    encoder.copyBufferToBuffer(this.#winners, 0, staging, 0, bytes);
    if (this.#queries) {
      encoder.resolveQuerySet(this.#queries, 0, 4, this.#stamps, 0);
      encoder.copyBufferToBuffer(this.#stamps, 0, staging, bytes, 32);
    }
    device.queue.submit([encoder.finish()]);
    try {
      const content = await this.gpu.mapped(staging);
      const lost = this.#firstLost(content);
      if (lost !== noChild) throw await notFinite(this.gpu, this.classifier, lost);
      return this.#decode(content);
    } finally {
      staging.destroy();
    }
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
    const view = new DataView(content);
    let first = noChild;
    for (let at = 0; at < this.#winners.size; at += winnerBytes)
      first = Math.min(first, view.getUint32(at + 12, true));
    return first;
  }

  #decode(content: ArrayBuffer): Evaluation {
    const { classes } = this.classifier.network;
    const view = new DataView(content);
    const picked = Array.from({ length: classes }, (_, index): Winner => {
      const at = winnerBytes * index;
      return {
        logOdds: view.getFloat32(at, true),
        confidence: view.getFloat32(at + 4, true),
        child: view.getUint32(at + 8, true),
      };
    });
    const stamp = (index: number) => Number(view.getBigUint64(this.#winners.size + 8 * index, true));
    // A driver may report a negative difference across a power state; it says nothing, so it counts as none.
    const between = (first: number) =>
      this.#queries ? Math.max(0, stamp(first + 1) - stamp(first)) / 1e6 : 0;
    return { winners: picked, render: between(0), network: between(2) };
  }
}
