/**
 * Loaded before a command (`node --import`), it stands in the place of the package `webgpu`: the command finds a GPU that takes no time,
 * on which every class of every generation is won. What is left of the command's time is its start, its files and its report.
 */
import { register } from 'node:module';
import { StubDevice, stubAdapter } from './stub-device.ts';

/** Above what elites are at first; each winner is another child. */
const [logOdds, confidence] = [2, 0.88];
/** Children that there are at least. */
const children = 4;
const noneLost = 0xffff_ffff;

const device = new StubDevice(0, (words, numbers) => {
  for (let at = 0; at < words.length; at += 4) {
    [numbers[at], numbers[at + 1]] = [logOdds, confidence];
    [words[at + 2], words[at + 3]] = [(at / 4) % children, noneLost];
  }
});

const { name, vendor, description } = stubAdapter;
const info = { vendor, architecture: '', device: name, description, isFallbackAdapter: false };

/** As the WebGPU specification numbers them. */
const globals = {
  GPUBufferUsage: {
    MAP_READ: 1,
    MAP_WRITE: 2,
    COPY_SRC: 4,
    COPY_DST: 8,
    UNIFORM: 64,
    STORAGE: 128,
    QUERY_RESOLVE: 512,
  },
  GPUMapMode: { READ: 1, WRITE: 2 },
};

Object.assign(globalThis, {
  stubWebgpu: {
    globals,
    create: () => ({ requestAdapter: () => Promise.resolve(Object.assign(device.adapter, { info })) }),
  },
});

const moduleOf = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
const standIn = moduleOf('export const { create, globals } = globalThis.stubWebgpu;');
register(
  moduleOf(`export const resolve = (specifier, context, next) =>
    specifier === 'webgpu' ? { url: ${JSON.stringify(standIn)}, shortCircuit: true } : next(specifier, context);`),
);
