/** Finds the layer at which a gradient is lost: follows one iteration, calculation by calculation. */
import { run, Program, type Dispatch } from '../gpu/program.ts';
import { gradientOf } from '../nn/backward.ts';
import { inputTensor } from '../nn/forward.ts';
import { withoutSlots } from '../nn/few-images.ts';
import type { Stage } from './stage.ts';

type Written = NonNullable<Dispatch['writes']>;

/** One sentence, e.g. `the gradient vanishes at relu6`. */
export async function diagnose(stage: Stage, slot: number): Promise<string> {
  const { gpu, network, see } = stage;
  const readSlot = async (buffer: GPUBuffer, bytes: number, pitch: number) => {
    const values = new Float32Array(await gpu.read(buffer, bytes));
    return values.filter((_, index) => index % pitch === slot);
  };
  const read = ({ tensor, buffer, bytes }: Written) =>
    readSlot(buffer, bytes, withoutSlots(tensor).inSlots ? stage.batch : network.images);
  const [firstBackward] = network.backward.dispatches;
  // A tensor may be made in several parts: it is looked at when the next one begins.
  let pending: Written | undefined;
  for (const dispatch of see.flatMap(({ dispatches }) => dispatches)) {
    if (dispatch.writes) {
      const found = pending && complaint(pending.tensor, await read(pending));
      if (found !== undefined) return found;
      pending = dispatch.writes;
    }
    if (dispatch === firstBackward) {
      const sources = [...network.gradientSources.values()];
      const gradients = await Promise.all(
        sources.map(({ gradient }) => readSlot(gradient, gradient.size, stage.batch)),
      );
      if (gradients.every((values) => values.every((value) => value === 0)))
        return `the gradient of the objective with respect to ${[...network.gradientSources.keys()].join(' and ')} is zero`;
    }
    run(gpu, new Program([dispatch]));
  }
  const found = pending && complaint(pending.tensor, await read(pending));
  return found ?? 'the gradient is lost on its way from the input to the image';
}

function complaint(written: string, values: Float32Array): string | undefined {
  const { tensor } = withoutSlots(written);
  const place = tensor.replace(/^d /, '');
  const isGradient = tensor === gradientOf(place);
  const named = place === inputTensor ? 'the input' : place;
  if (!values.every(Number.isFinite))
    return isGradient
      ? `the gradient is no finite number at ${named}`
      : `the activations are no finite numbers at ${named}`;
  return isGradient && values.every((value) => value === 0) ? `the gradient vanishes at ${named}` : undefined;
}
