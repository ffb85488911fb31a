/** A network for each example of each kind of layer. */
import type { Architecture, Layer } from '../../src/network/layer.ts';
import { layerDefinitions } from '../../src/network/layers/index.ts';

/** The dense layer gives each of the layer's values a worth of its own. */
export const exampleNetworks: readonly Architecture[] = Object.values(layerDefinitions)
  .flatMap(({ examples }): readonly Layer[] => examples)
  .map((layer) => ({
    name: `${layer.kind}, ${layer.name}`,
    input: [4, 7, 6],
    layers: [layer, { kind: 'dense', name: 'out', outputs: 3 }],
  }));
