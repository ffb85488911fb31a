/** Parts that several shaders share, by the names that `// @use` gives them. */
import convShape from '../../shaders/lib/conv-shape.wgsl';
import cppnNetwork from '../../shaders/lib/cppn-network.wgsl';
import cppnStoredValues from '../../shaders/lib/cppn-stored-values.wgsl';
import cppnValues from '../../shaders/lib/cppn-values.wgsl';
import grid from '../../shaders/lib/grid.wgsl';
import halfWeights from '../../shaders/lib/half-weights.wgsl';
import placeOfMaximum from '../../shaders/lib/place-of-maximum.wgsl';
import rectify from '../../shaders/lib/rectify.wgsl';
import storedPlace from '../../shaders/lib/stored-place.wgsl';
import threefry from '../../shaders/lib/threefry.wgsl';
import vector1 from '../../shaders/lib/vector-1.wgsl';
import vector2 from '../../shaders/lib/vector-2.wgsl';
import vector from '../../shaders/lib/vector.wgsl';
import weights from '../../shaders/lib/weights.wgsl';

export const libraries: Readonly<Record<string, string>> = {
  'conv-shape': convShape,
  'cppn-network': cppnNetwork,
  'cppn-stored-values': cppnStoredValues,
  'cppn-values': cppnValues,
  grid,
  'half-weights': halfWeights,
  'place-of-maximum': placeOfMaximum,
  rectify,
  'stored-place': storedPlace,
  threefry,
  vector,
  'vector-1': vector1,
  'vector-2': vector2,
  weights,
};
