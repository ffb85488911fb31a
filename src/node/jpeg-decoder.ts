/**
 * mozjpeg as WebAssembly (@jsquash/jpeg): libjpeg's own code, so that pictures come out byte for byte as in browsers and in
 * the programs that networks are trained with, chroma interpolated. It says on its standard error what is wrong: a
 * warning when it goes on, an error when it leaves by `exit`.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import mozjpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';

export interface DecodedJpeg {
  readonly width: number;
  readonly height: number;
  /** RGBA of 8 bits, [height, width, 4]; three equal samples for grey. */
  readonly data: Uint8Array;
  /** libjpeg's first warning. */
  readonly warning?: string;
}

/** What could not be decoded; the message is the decoder's. */
export class JpegError extends Error {
  override readonly name = 'JpegError';
}

/** The part of WebAssembly that is needed; Node's types leave it to those of browsers. */
const wasm = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Module: new (code: Uint8Array) => object;
      readonly Instance: new (module: object, imports: object) => { readonly exports: object };
    };
  }
).WebAssembly;

/** Emscripten's options, which it fills in with what the module can do. */
interface Options {
  readonly instantiateWasm: (imports: object, done: (instance: object) => void) => object;
  readonly printErr: (line: string) => void;
  decode?: (
    bytes: Uint8Array,
    upright: boolean,
  ) => { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray } | null;
  /** Its memory. */
  HEAPU8?: Uint8Array;
}

interface Decoder {
  readonly module: Options;
  /** Lines on its standard error. */
  readonly said: string[];
}

/** Memory grows and never shrinks: a decoder that took more is not kept. */
const mostKept = 64 * 2 ** 20;

let code: object | undefined;
let kept: Decoder | undefined;

/** @throws JpegError */
export function decodeWithMozjpeg(bytes: Uint8Array): DecodedJpeg {
  const decoder = kept ?? startDecoder();
  // One left by `exit` holds what it had taken: a fresh one takes its place.
  kept = undefined;
  const { module, said } = decoder;
  said.length = 0;
  let image;
  try {
    image = module.decode?.(bytes, false);
  } catch (error) {
    throw new JpegError(`libjpeg: ${said.at(-1) ?? 'not enough memory'}`, { cause: error });
  }
  if (!image) throw new JpegError(`libjpeg: ${said.at(-1) ?? 'no picture'}`);
  if ((module.HEAPU8?.length ?? Infinity) <= mostKept) kept = decoder;
  const { width, height, data } = image;
  const [warning] = said;
  return {
    width,
    height,
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    ...(warning !== undefined && { warning }),
  };
}

function startDecoder(): Decoder {
  const file = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  const compiled = (code ??= new wasm.Module(readFileSync(file)));
  const said: string[] = [];
  const module: Options = {
    instantiateWasm: (imports, done) => {
      const instance = new wasm.Instance(compiled, imports);
      done(instance);
      return instance.exports;
    },
    printErr: (line) => {
      said.push(line);
    },
  };
  // Its promise says only that it started, which it did when this returns: nothing is fetched.
  (mozjpeg as (options: Options) => Promise<unknown>)(module).catch(() => undefined);
  if (module.decode === undefined)
    throw new Error('the JPEG decoder did not start: install it again (npm ci)');
  return { module, said };
}
