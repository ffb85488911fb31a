/** Finds the layer at which a gradient is lost: follows one iteration, calculation by calculation. */
import { follow } from '../network/follow.ts';
import { gradientOf, inputTensor } from '../network/tensor-names.ts';
import type { ObjectiveGraph } from './objective-graph.ts';

/** One sentence, e.g. `the gradient vanishes at relu6`. */
export async function diagnose(graph: ObjectiveGraph, lane: number): Promise<string> {
  const { gpu, network, see } = graph;
  const { imageGradient } = graph.buffers;
  const inLane = (values: Float32Array, pitch: number) => values.filter((_, index) => index % pitch === lane);
  const dispatches = see.flatMap((program) => program.dispatches);
  const [firstBackward] = network.backward.dispatches;
  const turn = firstBackward === undefined ? -1 : dispatches.indexOf(firstBackward);
  const backward = turn === -1 ? [] : dispatches.slice(turn);
  const look = async (part: typeof dispatches) => {
    for await (const { tensor, values, pitch } of follow(gpu, network, part)) {
      const found = complaint(tensor, inLane(values, pitch));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = await look(turn === -1 ? dispatches : dispatches.slice(0, turn));
  if (found !== undefined) return found;
  if (turn !== -1) {
    const sources = [...network.gradientSources.values()];
    const gradients = await Promise.all(
      sources.map(async ({ gradient }) =>
        inLane(new Float32Array(await gpu.read(gradient, gradient.size)), graph.batch),
      ),
    );
    if (gradients.every((values) => values.every((value) => value === 0)))
      return `the gradient of the objective with respect to ${[...network.gradientSources.keys()].join(' and ')} is zero`;
  }
  const lost = await look(backward);
  if (lost !== undefined) return lost;
  const gradient = new Float32Array(await gpu.read(imageGradient, imageGradient.size));
  return (
    complaintOfSize(inLane(gradient, graph.batch)) ??
    'the gradient is lost on its way from the image to what is climbed'
  );
}

/** A gradient whose values are numbers, and whose length is not: its squares are beyond what 32-bit floats hold. */
function complaintOfSize(gradient: Float32Array): string | undefined {
  const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const squares = Math.fround(gradient.reduce((sum, value) => sum + value * value, 0));
  if (largest === 0 || (squares > 0 && squares < Infinity)) return undefined;
  const extreme = squares > 0 ? 'large' : 'small';
  return `the gradient of the image is too ${extreme} for 32-bit floats, up to ${largest.toExponential(1)} a byte`;
}

function complaint(tensor: string, values: Float32Array): string | undefined {
  const place = tensor.replace(/^d /, '');
  const isGradient = tensor === gradientOf(place);
  const named = place === inputTensor ? 'the input' : place;
  if (!values.every(Number.isFinite))
    return isGradient
      ? `the gradient is no finite number at ${named}`
      : `the activations are no finite numbers at ${named}`;
  return isGradient && values.every((value) => value === 0) ? `the gradient vanishes at ${named}` : undefined;
}
