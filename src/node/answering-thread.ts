/** Threads of our own programs that answer what they are asked. */
import { join } from 'node:path';
import { parentPort, Worker } from 'node:worker_threads';
import { messageOf } from '../util/message-of.ts';
import { codeOf } from './error-code.ts';
import { packageFolder } from './package-folder.ts';

/** An error as a thread can send it. */
export interface Refusal {
  readonly message: string;
  /** The system's name of the error, e.g. `ENOSPC`. */
  readonly code: string;
}

/** The errors of who asks. */
export interface ThreadErrors {
  /** The thread answers by an error. */
  refused(refusal: Refusal): Error;
  /** The thread cannot be started or has ended: it answers nothing any more. */
  lost(why: string): Error;
}

interface Asked<Question> {
  readonly id: number;
  readonly question: Question;
}
type Reply<Answer> = { readonly id: number } & ({ readonly answer: Answer } | { readonly refusal: Refusal });

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that runs one of the package's programs, which calls `answerQuestions`. */
export class AnsweringThread<Question, Answer> {
  readonly #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #asked = 0;
  /** Settles when all that it was asked is answered. */
  #answered: Promise<unknown> = Promise.resolve();
  #lost: Error | undefined;

  /** @param program name of its file in `dist` */
  constructor(
    program: string,
    workerData: unknown,
    private readonly errors: ThreadErrors,
  ) {
    try {
      const worker = new Worker(join(packageFolder(), 'dist', program), { workerData });
      // It keeps the process alive only while it has something to do.
      worker.unref();
      worker.on('message', (reply: Reply<Answer>) => {
        this.#take(reply);
      });
      worker.on('error', (error) => {
        this.#lose(messageOf(error));
      });
      worker.on('exit', (code) => {
        this.#lose(`it ended with ${String(code)}`);
      });
      this.#worker = worker;
    } catch (error) {
      this.#lose(messageOf(error));
    }
  }

  /** @param handed arrays whose content goes over to the thread, and is not there any more */
  ask(question: Question, handed: readonly ArrayBufferView[]): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => {
      const worker = this.#worker;
      if (this.#lost || !worker) {
        reject(this.#lost ?? this.errors.lost('it is not there'));
        return;
      }
      const id = this.#asked++;
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, question } satisfies Asked<Question>, buffersOf(handed));
    });
    this.#answered = Promise.allSettled([this.#answered, answer]);
    return answer;
  }

  /**
   * What it was asked is done first: Node 20 aborts the whole process where a thread is terminated that is about to ask for something
   * of a file.
   */
  async end(): Promise<void> {
    await this.#answered;
    this.#worker?.removeAllListeners();
    await this.#worker?.terminate();
  }

  #take(reply: Reply<Answer>): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if ('answer' in reply) waiting?.resolve(reply.answer);
    else waiting?.reject(this.errors.refused(reply.refusal));
  }

  #lose(why: string): void {
    this.#lost ??= this.errors.lost(why);
    for (const { reject } of this.#waiting.values()) reject(this.#lost);
    this.#waiting.clear();
  }
}

/**
 * Answers what the thread that started this one asks.
 * @param handed arrays of an answer whose content goes over with it
 */
export function answerQuestions<Answer>(
  answer: (question: never) => Answer | Promise<Answer>,
  handed: (answer: Answer) => readonly ArrayBufferView[] = () => [],
): void {
  const replyTo = async ({ id, question }: Asked<never>): Promise<void> => {
    let reply: Reply<Answer>;
    let buffers: ArrayBuffer[] = [];
    try {
      const found = await answer(question);
      reply = { id, answer: found };
      buffers = buffersOf(handed(found));
    } catch (error) {
      reply = { id, refusal: { message: messageOf(error), code: codeOf(error) } };
    }
    parentPort?.postMessage(reply, buffers);
  };
  parentPort?.on('message', (asked: Asked<never>) => {
    void replyTo(asked);
  });
}

const buffersOf = (arrays: readonly ArrayBufferView[]): ArrayBuffer[] => [
  ...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer)),
];
