/** Kernel families other than convolutions. */
import { familyCases } from '../../src/kernels/cases.ts';
import { openTestGpu } from '../gpu.ts';
import { testFamilies } from './test-families.ts';

testFamilies(
  await openTestGpu(),
  familyCases.filter(({ family }) => family.group !== 'conv2d'),
);
