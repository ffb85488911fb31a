/** What is told of a generation. Its statistics are made when they are asked for: sorting thousands of cells takes longer than judging. */
import { summarise, type ConfidenceStatistics } from '../util/confidence-statistics.ts';
import type { Replacement } from './archive.ts';
import type { PhaseTimes } from './phase-times.ts';
import type { GenerationEvent, SearchProgress } from './recorder.ts';

/** What is known of it at once. */
export interface GenerationFacts {
  readonly generation: number;
  /** Of each cell, as they were then. */
  readonly confidences: Float64Array<ArrayBuffer>;
  readonly replacements: readonly Replacement[];
  readonly isLast: boolean;
}

export class JudgedGeneration implements GenerationEvent {
  readonly generations: number;
  readonly evaluations: number;
  readonly seconds: number;
  readonly times: PhaseTimes;
  readonly generation: number;
  readonly confidences: Float64Array<ArrayBuffer>;
  readonly replacements: readonly Replacement[];
  readonly isLast: boolean;
  #statistics: ConfidenceStatistics | undefined;

  constructor(
    { generations, evaluations, seconds, times }: SearchProgress,
    { generation, confidences, replacements, isLast }: GenerationFacts,
  ) {
    this.generations = generations;
    this.evaluations = evaluations;
    this.seconds = seconds;
    this.times = times;
    this.generation = generation;
    this.confidences = confidences;
    this.replacements = replacements;
    this.isLast = isLast;
  }

  get statistics(): ConfidenceStatistics {
    this.#statistics ??= summarise(this.confidences);
    return this.#statistics;
  }

  get median(): number {
    return this.statistics.median;
  }

  get mean(): number {
    return this.statistics.mean;
  }

  get min(): number {
    return this.statistics.min;
  }

  get best(): number {
    return this.statistics.best;
  }

  get qdScore(): number {
    return this.statistics.qdScore;
  }

  get above90(): number {
    return this.statistics.above90;
  }

  get above99(): number {
    return this.statistics.above99;
  }

  get above9999(): number {
    return this.statistics.above9999;
  }
}
