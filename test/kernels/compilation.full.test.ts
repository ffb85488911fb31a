/** The driver's part, which takes long: `npm test` compiles every variant too, on the shapes that its own test runs. */
import { expect, test } from 'vitest';
import { openTestGpu } from '../gpu.ts';
import { everyLaunch } from './every-launch.ts';

test('the driver makes a pipeline of every shader in every variant', { timeout: 300_000 }, async () => {
  const gpu = await openTestGpu();
  const launches = everyLaunch(gpu);
  for (const { kernel } of launches)
    await expect(gpu.pipelines.get(kernel), `${kernel.family}/${kernel.variant}`).resolves.toBeDefined();
  gpu.check();
});
