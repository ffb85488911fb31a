/** Saves one state at a time while the training goes on. */
import { OneAtATime } from '../../util/one-at-a-time.ts';
import type { TrainingState } from './training-state.ts';

/** The host's part of saving a training. */
export interface Checkpoints {
  /** Asked now and then; true has a checkpoint saved. */
  isDue(): boolean;
  /** Keeps a state; the training goes on meanwhile. @param reading is under way already: the device is being read */
  save(reading: Promise<TrainingState>): Promise<void>;
}

export class BackgroundSaver {
  readonly #saves = new OneAtATime();
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly checkpoints: Checkpoints | undefined,
    private readonly read: (step: number, loss: number | null) => Promise<TrainingState>,
    /** Step of the state that is kept last. */
    private saved: number | undefined,
  ) {}

  /**
   * Begins to save where that is due and none is being saved.
   * @throws what an earlier saving has failed with: going on for half an hour without would be worse
   */
  offer(step: number, loss: number): void {
    this.#rethrow();
    if (this.#saves.isBusy || this.checkpoints?.isDue() !== true) return;
    this.#saves.begin(() => this.#save(step, loss));
  }

  /** Saves unless that step is saved already, and waits for it. @throws what the host's `save` throws */
  async finish(step: number, loss: number | null): Promise<void> {
    await this.settled();
    this.#rethrow();
    if (step === this.saved) return;
    await this.#save(step, loss);
    this.#rethrow();
  }

  /** Waits until nothing is being saved. */
  settled(): Promise<void> {
    return this.#saves.settled();
  }

  async #save(step: number, loss: number | null): Promise<void> {
    try {
      await this.checkpoints?.save(this.read(step, loss));
      this.saved = step;
    } catch (error) {
      this.#failure = { error };
    }
  }

  #rethrow(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
