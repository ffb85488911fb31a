/** Before the tests that a person runs on a GPU: which adapter they will get; without one they do not begin. */
import { openGpu, releaseDawn } from '../../src/node/adapter.ts';

export async function setup(): Promise<void> {
  const gpu = await openGpu(process.env['FOOL_ADAPTER']);
  const { description, reason } = gpu.adapter;
  console.log(`Adapter: ${description} (${reason})`);
  gpu.close();
  releaseDawn();
}
