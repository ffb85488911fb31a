/** A search on a device that takes no time, with elites of any size for any number of classes. */
import { createSearch, type Search } from '../../src/evolution/search.ts';
import type { Encoding } from '../../src/evolution/settings.ts';
import { unshared } from '../../src/genome/cppn-genomes.ts';
import { CppnElites } from '../../src/genome/cppn-elites.ts';
import { CppnPrograms } from '../../src/genome/cppn-program.ts';
import type { CppnGenome } from '../../src/genome/genome.ts';
import { Gpu } from '../../src/gpu/device.ts';
import { nodeBreeding } from '../../src/node/breeders.ts';
import { noChild } from '../../src/kernels/genome/argmax-per-class.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import type { Model } from '../../src/model/model.ts';
import { freedBy } from '../../src/util/resources.ts';
import { RandomStream } from '../../src/random/threefry.ts';
import { syntheticWeights } from '../networks/synthetic-weights.ts';
import { StubDevice, stubAdapter } from './stub-device.ts';

export interface StubSearchSettings {
  readonly encoding: Encoding;
  readonly population: number;
  readonly classes: number;
  /** Of every elite, all of which its image depends on; of no effect on direct genomes. */
  readonly nodes: number;
  /** Milliseconds that the device takes for a generation. */
  readonly milliseconds: number;
  /** Cells that change hands in a generation, about. */
  readonly replaced: number;
  /** Threads that breed beside the main one. */
  readonly workers: number;
}

const seed = 1;

export interface StubSearch extends Disposable {
  readonly search: Search;
  readonly device: StubDevice;
  /** Puts the elites back as they were at first, of the size that was asked for. */
  readonly reset: () => void;
}

export async function createStubSearch(settings: StubSearchSettings): Promise<StubSearch> {
  const { encoding, population, classes, nodes, milliseconds, replaced, workers } = settings;
  const draws = RandomStream.of(seed, 1);
  let best = 0;
  const losers = new Uint32Array(4 * classes);
  const sureness = new Float32Array(losers.buffer);
  for (let at = 0; at < losers.length; at += 4) {
    [sureness[at], sureness[at + 1]] = [-10, 0.0001];
    losers[at + 3] = noChild;
  }
  // A cell that is drawn twice changes hands once.
  const changing = Math.min(replaced, classes);
  const device = new StubDevice(milliseconds, (words, numbers) => {
    best += 0.001;
    words.set(losers);
    for (let change = 0; change < changing; change++) {
      const at = 4 * (changing === classes ? change : draws.below(classes));
      [numbers[at], numbers[at + 1]] = [best, 0.9];
      words[at + 2] = draws.below(population);
    }
  });
  const gpu = await Gpu.open(device.adapter, stubAdapter);
  const search = await createSearch({
    gpu,
    model: stubModel(classes),
    encoding,
    population,
    seed,
    memoryBudget: Infinity,
    breeding: nodeBreeding(workers, () => undefined),
  });
  const genome = encoding === 'cppn' ? grownGenome(nodes) : undefined;
  const reset = () => {
    for (let cell = 0; cell < classes; cell++) {
      search.archive.restore(cell, {
        id: cell,
        parent: null,
        generation: 0,
        confidence: 0.5,
        goalSwitches: 0,
      });
      if (genome) search.population.restore(cell, genome);
    }
    best = 1;
  };
  reset();
  return { search, device, reset, ...freedBy(search) };
}

function stubModel(classes: number): Model {
  const architecture = lenet(classes);
  return {
    name: `LeNet of ${String(classes)} classes`,
    architecture,
    weights: syntheticWeights(architecture),
    preprocessing: {
      image: [1, 28, 28],
      crop: 28,
      mean: new Float32Array(784),
      scale: [1 / 256],
      channelOrder: 'gray',
    },
    labels: Array.from({ length: classes }, (_, number) => String(number)),
    card: {},
  };
}

/** A genome that mutation has made, of which every node is needed: children that need fewer than their parents are not kept. */
function grownGenome(nodes: number): CppnGenome {
  const elites = new CppnElites(2, 1);
  const programs = new CppnPrograms(1, unshared);
  const needed = () => {
    programs.clear();
    programs.write(0, elites.genomes, elites.placeOf(1));
    return programs.table[1] ?? 0;
  };
  elites.takeRandom(0, RandomStream.of(seed, 2));
  let most = 1;
  for (let step = 0; elites.genomes.nodesOf(elites.placeOf(0)) < nodes; step++) {
    elites.takeMutated(1, 0, RandomStream.of(seed, 3, step));
    const all = elites.genomes.nodesOf(elites.placeOf(1));
    if (needed() < all || all < most || all > nodes) continue;
    most = all;
    elites.take(0, elites.genomes, elites.placeOf(1));
  }
  return elites.genome(0);
}
