/** Convolutions forward. */
import { familyCases } from '../../src/kernels/cases.ts';
import { openTestGpu } from '../gpu.ts';
import { testFamilies } from './test-families.ts';

testFamilies(
  await openTestGpu(),
  familyCases.filter(({ family: { group, name } }) => group === 'conv2d' && !name.endsWith('gradient')),
);
