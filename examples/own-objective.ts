/** Objectives of one's own: sums of classes and units. Here an image between two digits, and one for a unit of a layer. */
import { adam, createAscent, gaussianNoise, logProbability, sum, times, unit } from 'easily-fooled';
import { loadModel, openGpu } from 'easily-fooled/node';

using gpu = await openGpu();
const { model } = await loadModel('lenet-mnist');
using ascent = await createAscent({
  ...{ gpu, model, seed: 1 },
  objectives: [sum(logProbability(4), times(0.5, logProbability(9))), unit('conv2', 7)],
  optimiser: adam({ stepSize: 1 }),
  start: gaussianNoise(2),
});
for await (const { iteration, values } of ascent.steps(40))
  if (iteration % 10 === 0)
    console.log(`${String(iteration)}: ${values.map((value) => value.toFixed(3)).join(', ')}`);
