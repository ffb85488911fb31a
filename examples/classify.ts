/** The likeliest classes of pictures: `node examples/run.mjs classify caffenet-tiny photograph.jpg`. */
import { classify } from 'easily-fooled';
import { loadModel, openGpu, readImage } from 'easily-fooled/node';

const [name = 'lenet-mnist', ...files] = process.argv.slice(2);
using gpu = await openGpu();
const { model } = await loadModel(name);
const images = await Promise.all(files.map((file) => readImage(file)));
const answers = await classify(gpu, model, images, { top: 3 });
for (const [index, guesses] of answers.entries()) {
  const named = guesses.map(({ label, confidence }) => `${label} ${(100 * confidence).toFixed(1)} %`);
  console.log(`${files[index] ?? ''}: ${named.join(', ')}`);
}
