/** Gradient ascent from noise until the network is sure of what it sees (paper §2.4, figure 13). */
import { writeFileSync } from 'node:fs';
import { createAscent, fourier, jitter, logit } from 'easily-fooled';
import { encodePng, loadModel, openGpu } from 'easily-fooled/node';

const [folder = '.'] = process.argv.slice(2);
using gpu = await openGpu();
const { model } = await loadModel('lenet-mnist');
using ascent = await createAscent({
  ...{ gpu, model, seed: 1 },
  objectives: [logit(3), logit(8)],
  parametrisation: fourier(),
  transforms: [jitter(1)],
});
for await (const { confidences } of ascent.steps(128, 8))
  if (confidences.every((confidence) => confidence > 0.999)) break;
for (const image of await ascent.images()) {
  const file = `${folder}/${image.objective.replace(':', '-')}.png`;
  writeFileSync(file, encodePng(image));
  console.log(`${file}: ${image.label} ${(100 * image.confidence).toFixed(1)} %`);
}
