/** Runs in every file: what it has opened is closed when it is done. */
import { afterAll } from 'vitest';
import { closeTestGpu } from '../gpu.ts';

afterAll(closeTestGpu);
