/** Follows a pass calculation by calculation, to find where its values go wrong. */
import type { Gpu } from '../gpu/device.ts';
import { Program, run, type Dispatch } from '../gpu/program.ts';
import { withoutPadding } from './narrow-batch.ts';
import type { Network } from './network.ts';

/** A tensor that a pass has made. */
export interface MadeTensor {
  readonly tensor: string;
  /** [values, images], images innermost. */
  readonly values: Float32Array;
  /** Images of a row of `values`, padding included. */
  readonly pitch: number;
}

/** Runs the dispatches one after the other and reads each tensor back as soon as it is whole. */
export async function* follow(
  gpu: Gpu,
  { batch, images }: Pick<Network, 'batch' | 'images'>,
  dispatches: readonly Dispatch[],
): AsyncGenerator<MadeTensor> {
  const read = async ({ tensor, buffer, bytes }: NonNullable<Dispatch['writes']>): Promise<MadeTensor> => {
    const named = withoutPadding(tensor);
    const values = new Float32Array(await gpu.read(buffer, bytes));
    return { tensor: named.tensor, values, pitch: named.padded ? batch : images };
  };
  // A tensor may be made in several parts: it is looked at when the next one begins.
  let pending: Dispatch['writes'];
  for (const dispatch of dispatches) {
    if (dispatch.writes) {
      if (pending) yield await read(pending);
      pending = dispatch.writes;
    }
    run(gpu, new Program([dispatch]));
  }
  if (pending) yield await read(pending);
}
