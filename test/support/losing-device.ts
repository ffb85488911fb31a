/** A device that is lost at a chosen dispatch or submission, as drivers lose one that crashes or is taken away. */
import type { Gpu } from '../../src/gpu/device.ts';

/** What may be the last that a device did; a dispatch is in the middle of what is going to be submitted. */
export type Step = 'dispatch' | 'submit';

/**
 * Counts what is asked of a device, and destroys it instead of doing one of them.
 * @param lostAt which of them, from 0; none unless told
 * @returns how many there have been so far
 */
export function losingDevice({ device }: Gpu, step: Step, lostAt = Infinity): () => number {
  let steps = 0;
  const count = () => {
    if (steps++ === lostAt) device.destroy();
  };
  if (step === 'submit') {
    const { queue } = device;
    const submit = queue.submit.bind(queue);
    queue.submit = (buffers) => {
      count();
      submit(buffers);
    };
  } else {
    const createCommandEncoder = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = (descriptor) => {
      const encoder = createCommandEncoder(descriptor);
      const beginComputePass = encoder.beginComputePass.bind(encoder);
      encoder.beginComputePass = (pass) => {
        const begun = beginComputePass(pass);
        const dispatch = begun.dispatchWorkgroups.bind(begun);
        begun.dispatchWorkgroups = (...workgroups) => {
          count();
          dispatch(...workgroups);
        };
        return begun;
      };
      return encoder;
    };
  }
  return () => steps;
}
