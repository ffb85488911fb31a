/** Runs in every file that shares its device with the next one. */
import { afterAll } from 'vitest';
import { forgetFailure } from '../gpu.ts';

afterAll(forgetFailure);
