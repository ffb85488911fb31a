/**
 * PyTorch checkpoints (.pth, .pt): what `torch.save` makes of a network's state dict, or of a training
 * state that holds one. The format is a pickle, which in Python can run any code; this reader runs none
 * (see `pickle.ts`), and reads the values only of the tensors that it returns.
 */
import { count } from '../util/count.ts';
import { isKind } from './pickle-value.ts';
import { type TorchFile, isLegacy, openLegacy, openZip, STATE_DICT } from './pytorch-containers.ts';
import { madeOf, type TorchTensor, type TorchValue } from './pytorch-objects.ts';
import { type Fail, refusalOf } from './refusal.ts';
import { elementCount, readStrided } from './strided.ts';
import { requireFinite } from './tensor-values.ts';
import { READABLE_TYPES, type Tensor } from './tensor.ts';
import { viewOf } from './view-of.ts';
import { WeightFileError } from './weight-file-error.ts';
import type { WeightFile } from './weight-file.ts';

/** Where training scripts keep the network among the rest of their state. */
const STATE_DICT_KEYS = ['state_dict', 'model_state_dict', 'model'];
/** DataParallel wraps a network in another whose only part has this name. */
const WRAPPER = 'module.';
/** All tensors together against all storages: twice for halves, which widen, or for weights that are tied. */
const MAX_EXPANSION = 2;

/**
 * Reads a PyTorch checkpoint. Half, bfloat16 and double become binary32; integers are listed as ignored.
 * Tensors that are the same view of the same storage (tied weights) share their `data`.
 * @param fileName for messages only
 * @throws WeightFileError when the file is damaged, holds a whole model or other code instead of tensors,
 *   stands for far more values than it holds, or holds a weight that is not finite.
 */
export function readPytorch(bytes: Uint8Array, fileName: string): WeightFile {
  try {
    return weightFile(open(bytes));
  } catch (error) {
    if (!(error instanceof WeightFileError)) throw error;
    return refusalOf(fileName)(error.message);
  }
}

function open(bytes: Uint8Array): TorchFile {
  if (startsWith(bytes, 0, 'PK')) return openZip(bytes);
  if (isLegacy(bytes)) return openLegacy(bytes);
  if (startsWith(bytes, 257, 'ustar')) {
    throw new WeightFileError(
      'has the tar form of PyTorch before 0.1.10, which is not read; load it in PyTorch and save it again',
    );
  }
  throw new WeightFileError(
    bytes[0] === 0x80
      ? "is a pickle, but not one of torch.save's; " + STATE_DICT
      : "does not begin as torch.save's files do, neither zipped nor old; is it a PyTorch checkpoint?",
  );
}

function weightFile(checkpoint: TorchFile): WeightFile {
  const ignored: { name: string; reason: string }[] = [];
  const entries = stateDict(checkpoint.value, ignored);
  const found = new Map<string, TorchTensor>();
  for (const [key, value] of entries) {
    const made = madeOf(value);
    if (made?.kind !== 'tensor') {
      ignored.push({ name: nameOf(key), reason: 'is not a tensor' });
    } else if (typeof key !== 'string') {
      ignored.push({ name: nameOf(key), reason: 'is a tensor without a name' });
    } else if (made.type.readable === undefined) {
      const reason = `holds ${made.type.name}; weights are float32, float16, bfloat16 or float64`;
      ignored.push({ name: key, reason });
    } else {
      found.set(key, made);
    }
  }
  if (found.size === 0) throw new WeightFileError(`holds no floating-point tensors; ${STATE_DICT}`);
  return { format: 'pytorch', tensors: readTensors(unwrapped(found), checkpoint), ignored };
}

type Entries = ReadonlyMap<TorchValue, TorchValue>;

/** The dict of tensors: the value itself or, in a training state, one of its entries. */
function stateDict(value: TorchValue, ignored: { name: string; reason: string }[]): Entries {
  if (isKind(value, 'opaque')) {
    throw new WeightFileError(
      `holds a Python object (${value.name}) instead of a dict of tensors, perhaps a whole model; nothing of it was executed; ${STATE_DICT}`,
    );
  }
  if (!isKind(value, 'dict')) throw new WeightFileError(`holds no dict of tensors; ${STATE_DICT}`);
  const dicts = [...value.entries].filter(([, inner]) => isKind(inner, 'dict') && hasTensors(inner.entries));
  const known = STATE_DICT_KEYS.filter((key) => dicts.some(([name]) => name === key));
  const single = dicts.length === 1 && !hasWeights(value.entries) ? dicts.map(([name]) => name) : [];
  for (const key of [...known, ...single]) {
    const inner = value.entries.get(key);
    if (!isKind(inner, 'dict')) continue;
    for (const other of value.entries.keys()) {
      if (other === key) continue;
      const reason = `is training state beside "${nameOf(key)}", which holds the weights`;
      ignored.push({ name: nameOf(other), reason });
    }
    return inner.entries;
  }
  if (hasTensors(value.entries)) return value.entries;
  const keys = [...value.entries.keys()].slice(0, 10).map(nameOf).join(', ');
  throw new WeightFileError(
    `holds no tensors at its top level, nor in an entry named ${STATE_DICT_KEYS.join(', ')}; it has ` +
      `${keys === '' ? 'no entries' : keys}; ${STATE_DICT}`,
  );
}

function hasTensors(entries: Entries): boolean {
  return [...entries.values()].some((value) => madeOf(value)?.kind === 'tensor');
}

/** Tensors that are more than counters. */
function hasWeights(entries: Entries): boolean {
  return [...entries.values()].some((value) => {
    const made = madeOf(value);
    return made?.kind === 'tensor' && made.type.readable !== undefined && made.view.shape.length > 0;
  });
}

/** For people: the key of an entry, which can be anything. */
function nameOf(key: TorchValue): string {
  return typeof key === 'object' ? 'an entry without a name' : String(key);
}

function unwrapped(tensors: ReadonlyMap<string, TorchTensor>): ReadonlyMap<string, TorchTensor> {
  if (![...tensors.keys()].every((name) => name.startsWith(WRAPPER))) return tensors;
  return new Map([...tensors].map(([name, tensor]) => [name.slice(WRAPPER.length), tensor]));
}

function readTensors(
  tensors: ReadonlyMap<string, TorchTensor>,
  { storageBytes, bytesOf }: TorchFile,
): ReadonlyMap<string, Tensor> {
  const read = new Map<string, Float32Array>();
  const storages = new Map<string, DataView>();
  let available = MAX_EXPANSION * storageBytes;
  const result = new Map<string, Tensor>();
  for (const [name, { storage, type, view }] of tensors) {
    if (type.readable === undefined) continue;
    const identity = JSON.stringify([storage.key, type.name, view.offset, view.shape, view.strides]);
    let data = read.get(identity);
    if (data === undefined) {
      const bytes = storages.get(storage.key) ?? viewOf(bytesOf(storage));
      storages.set(storage.key, bytes);
      available -= elementCount(view) * Float32Array.BYTES_PER_ELEMENT;
      if (!(available >= 0)) {
        throw new WeightFileError(
          `its tensors up to ${name} [${view.shape.join(', ')}] show the ` +
            `${count(storageBytes)} bytes of its storages over and over; save contiguous tensors`,
        );
      }
      data = readStrided(bytes, type.readable, view);
      requireFinite(`tensor ${name}`, data, fail);
      read.set(identity, data);
    }
    result.set(name, { name, dtype: READABLE_TYPES[type.readable].storedAs, shape: view.shape, data });
  }
  return result;
}

/** The file's name comes before it in the end. */
const fail: Fail = (problem) => {
  throw new WeightFileError(problem);
};

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  return [...text].every((character, index) => bytes[at + index] === character.charCodeAt(0));
}
