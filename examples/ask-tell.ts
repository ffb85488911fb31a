/** The loop of evolution in one's own hands. Here darker images count as better, where the network is as sure of them. */
import { createSearch, type Image } from 'easily-fooled';
import { loadModel, openGpu } from 'easily-fooled/node';

const lightness = ({ bytes }: Image) => bytes.reduce((sum, byte) => sum + byte, 0) / (255 * bytes.length);

using gpu = await openGpu();
const { model } = await loadModel('lenet-mnist');
using search = await createSearch({ gpu, model, encoding: 'cppn', population: 32, classes: [3, 8], seed: 1 });
for (let generation = 1; generation <= 10; generation++) {
  await search.ask(); // selects, varies and draws the children on the device
  const best = await search.evaluate(); // for each class a child and the network's confidence
  const images = await search.images();
  const judged = best.map(({ class: number, child, confidence }) => {
    const image = images[child];
    return { class: number, child, confidence: image ? confidence * (1 - lightness(image)) : 0 };
  });
  search.tell(judged); // puts those that are better into the archive
  const highest = Math.max(...search.archive.confidences());
  console.log(`generation ${String(generation)}: best ${(100 * highest).toFixed(1)} %`);
}
