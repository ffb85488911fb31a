/** Evolves an image for each digit that LeNet is surer and surer of (paper §3.1). */
import { evolve } from 'easily-fooled';
import { loadModel, openGpu } from 'easily-fooled/node';

using gpu = await openGpu();
const { model } = await loadModel('lenet-mnist');
using run = await evolve({ gpu, model, encoding: 'cppn', population: 50, generations: 20, seed: 1 });
for (const { label, confidence } of run.archive.elites())
  console.log(`${label ?? ''} ${(100 * confidence).toFixed(1)} %`);
