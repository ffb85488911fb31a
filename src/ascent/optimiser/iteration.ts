/** One iteration as programs on the device: picture, view, both passes, records, step; and the buffers of the lanes. */
import { uniformUsage } from '../../gpu/device.ts';
import { Program, bind } from '../../gpu/program.ts';
import {
  stepUniform,
  historyFloats,
  recordStep,
  ascentStep,
  tickClock,
  type AscentStepShape,
} from '../../kernels/ascent/ascent-step.ts';
import { copyImprovedParameters, copyImprovedImages } from '../../kernels/ascent/copy-improved.ts';
import { productFloats, batchedDot } from '../../kernels/ascent/batched-dot.ts';
import { imageWords } from '../../image/image-layout.ts';
import { volume } from '../../network/layer.ts';
import { never, stepNumbers } from './hyperparameters.ts';
import type { Parametrisation } from '../parametrisation/parametrisation.ts';
import type { AscentSettings, Climb } from '../settings.ts';
import { mostIterations, type ObjectiveGraph } from '../objective-graph.ts';
import type { ResourceStack } from '../../util/resources.ts';

export interface IterationOptions {
  readonly settings: Pick<AscentSettings, 'steps' | 'until'>;
  readonly climb: Climb;
  readonly parametrisation: Parametrisation;
}

/** What the lanes have of their own on the device. */
export interface LaneBuffers {
  readonly uniform: GPUBuffer;
  /** [values, 2]. */
  readonly bounds: GPUBuffer;
  /** [mostIterations, 6, batch]. */
  readonly history: GPUBuffer;
  /** The best pictures, as the graph has pictures. */
  readonly kept: GPUBuffer;
  /** [values, batch]. */
  readonly keptParameters: GPUBuffer | undefined;
  /** [4, batch]: score, whether it improved, iterations without a gradient, age. */
  readonly best: GPUBuffer;
  /** [batch]. */
  readonly rates: GPUBuffer;
  readonly firstMoment: GPUBuffer | undefined;
  readonly secondMoment: GPUBuffer | undefined;
}

function stepOf({ step, momentum }: Climb): 'plain' | 'momentum' | 'adam' {
  return step.rule === 'adam' ? 'adam' : momentum > 0 ? 'momentum' : 'plain';
}

function shapeOf({ model, batch, units }: ObjectiveGraph, { values }: Parametrisation): AscentStepShape {
  return { values, inputValues: volume(model.architecture.input), batch, unitLayers: units.length };
}

/** @param made takes them over */
export function allocateLanes(
  { gpu, model, batch }: ObjectiveGraph,
  options: IterationOptions,
  made: ResourceStack,
): LaneBuffers {
  const { climb, settings, parametrisation } = options;
  const { values, bounds } = parametrisation;
  const { steps, until = never } = settings;
  const uniform = stepUniform(climb.step.rule, { ...stepNumbers(climb), steps, until });
  const step = stepOf(climb);
  return {
    uniform: made.use(gpu.bufferFrom('climb', uniform, uniformUsage)),
    bounds: made.use(gpu.bufferFrom('bounds', bounds)),
    history: made.use(gpu.buffer('history', 4 * historyFloats(mostIterations, batch))),
    kept: made.use(gpu.buffer('best pictures', 4 * batch * imageWords(model.preprocessing.image))),
    keptParameters: parametrisation.keepsParameters
      ? made.use(gpu.buffer('best parameters', 4 * values * batch))
      : undefined,
    best: made.use(gpu.buffer('best', 16 * batch)),
    rates: made.use(gpu.buffer('rates', 4 * batch)),
    firstMoment: step === 'plain' ? undefined : made.use(gpu.buffer('first moment', 4 * values * batch)),
    secondMoment: step === 'adam' ? made.use(gpu.buffer('second moment', 4 * values * batch)) : undefined,
  };
}

/** The programs of one iteration in their order, and what counts it. */
export interface IterationPrograms {
  readonly iteration: readonly Program[];
  readonly tick: Program;
}

export async function bindIteration(
  graph: ObjectiveGraph,
  { climb, parametrisation }: IterationOptions,
  own: LaneBuffers,
): Promise<IterationPrograms> {
  const { gpu, model, buffers, batch } = graph;
  const { parameters, gradient, values, draw, pullBack } = parametrisation;
  const shape = shapeOf(graph, parametrisation);
  const squares = { buffer: buffers.parts, offset: 0, size: 4 * productFloats(batch) };
  const product = batchedDot(values, batch);
  const step = stepOf(climb);
  const norm = await bind(gpu, 'gradient norm', product, {
    a: gradient,
    b: gradient,
    partial: squares,
  });
  const record = await bind(gpu, 'record', recordStep(shape), {
    step: own.uniform,
    clock: buffers.clock,
    rates: own.rates,
    outcome: buffers.outcome,
    judged: buffers.judged,
    parts: buffers.parts,
    watched: buffers.watched,
    history: own.history,
    best: own.best,
  });
  const words = imageWords(model.preprocessing.image);
  const keeping = [
    await bind(gpu, 'keep', copyImprovedImages(words, batch), {
      best: own.best,
      current: buffers.images,
      kept: own.kept,
    }),
  ];
  if (own.keptParameters) {
    const tensors = { best: own.best, current_values: parameters, kept_values: own.keptParameters };
    keeping.push(await bind(gpu, 'keep parameters', copyImprovedParameters(values, batch), tensors));
  }
  const moments = {
    ...(own.firstMoment && { first_moment: own.firstMoment }),
    ...(own.secondMoment && { second_moment: own.secondMoment, best: own.best }),
  };
  const stepping = await bind(gpu, 'step', ascentStep(step, shape), {
    step: own.uniform,
    rates: own.rates,
    parameters,
    gradient,
    bounds: own.bounds,
    ...moments,
  });
  const tick = new Program([await bind(gpu, 'tick', tickClock(), { clock: buffers.clock })]);
  const books = new Program([norm, record, ...keeping, stepping]);
  return { iteration: [draw, ...graph.see, pullBack, books], tick };
}
