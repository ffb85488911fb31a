/**
 * What the pickle of a PyTorch checkpoint may make: storages, which are only announced (their bytes lie
 * elsewhere in the file), and tensors, which are views of them. Nothing here holds a weight yet.
 */
import { count } from '../util/count.ts';
import { isKind, type PickleGlobal, type PickleHost, type PickleValue } from './pickle-value.ts';
import { TORCH_TYPES, type TorchType, UNTYPED } from './pytorch-types.ts';
import { FETCH_AGAIN } from './refusal.ts';
import { elementsNeeded, type StridedView } from './strided.ts';
import { WeightFileError } from './weight-file-error.ts';

export interface TorchStorage {
  /** Names its bytes in the file. */
  readonly key: string;
  readonly type: TorchType;
  readonly byteLength: number;
}

/** Part of a storage, of which old files know views. */
interface TorchStorageView {
  readonly kind: 'storage';
  readonly storage: TorchStorage;
  /** In bytes. */
  readonly begin: number;
  readonly byteLength: number;
}

/** Its view is in elements of its type, and lies within its storage. */
export interface TorchTensor {
  readonly kind: 'tensor';
  readonly storage: TorchStorage;
  readonly type: TorchType;
  readonly view: StridedView;
}

export type TorchObject = TorchType | TorchStorageView | TorchTensor;
export type TorchValue = PickleValue<TorchObject>;

/** PyTorch's own limit. */
const MAX_DIMENSIONS = 64;

/** A host for one pickle, and the storages that it has announced by then. */
export function torchHost(): PickleHost<TorchObject> & {
  readonly storages: ReadonlyMap<string, TorchStorage>;
} {
  const storages = new Map<string, TorchStorage>();
  return {
    storages,
    global: torchGlobal,
    persistent: (id) => ({ kind: 'object', made: storageOf(id, storages) }),
  };
}

const FUNCTIONS: ReadonlyMap<string, (args: readonly TorchValue[]) => TorchValue> = new Map([
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor_v3', rebuildTensor],
  // Quantised; it begins with the same arguments.
  ['torch._utils._rebuild_qtensor', rebuildTensor],
  ['torch._utils._rebuild_parameter', parameter],
  ['torch._utils._rebuild_parameter_with_state', parameter],
  ['torch.nn.parameter.Parameter', parameter],
  ['torch.Size', size],
]);

function torchGlobal(name: string): PickleGlobal<TorchObject> | undefined {
  const type = TORCH_TYPES.get(name);
  if (type !== undefined) return { kind: 'object', made: type };
  const call = FUNCTIONS.get(name);
  return call && { kind: 'function', name, call };
}

/** ('storage', type, key, device, number of elements), in old files followed by None or (key, begin, length). */
function storageOf(id: TorchValue, storages: Map<string, TorchStorage>): TorchStorageView {
  const [tag, typeValue, key, , count, part = null] = isKind(id, 'tuple') ? id.items : [];
  const type = madeOf(typeValue);
  if (tag !== 'storage' || type?.kind !== 'type' || typeof key !== 'string' || !isCount(count)) {
    throw damaged('refers to something outside that is not a storage');
  }
  const byteLength = count * type.bytes;
  const known = storages.get(key);
  if (known !== undefined && (known.type !== type || known.byteLength !== byteLength)) {
    throw damaged(`announces storage ${key} twice, with different types or sizes`);
  }
  const storage = known ?? { key, type, byteLength };
  storages.set(key, storage);
  if (part === null) return { kind: 'storage', storage, begin: 0, byteLength };
  const [, first, length] = isKind(part, 'tuple') ? part.items : [];
  if (!isCount(first) || !isCount(length) || first + length > count) {
    throw damaged(`takes a part of storage ${key} that lies outside it`);
  }
  return { kind: 'storage', storage, begin: first * type.bytes, byteLength: length * type.bytes };
}

/**
 * (storage, offset, shape, strides), from version 2 on followed by (requires gradient, hooks), in version 3
 * by an element type; last may come a dict of marks for tensors that are not what their storage says.
 */
function rebuildTensor(args: readonly TorchValue[]): TorchValue {
  const [storage, offset, shape, strides] = [madeOf(args[0]), args[1], countsOf(args[2]), countsOf(args[3])];
  if (
    storage?.kind !== 'storage' ||
    !isCount(offset) ||
    shape?.length !== strides?.length ||
    !shape ||
    !strides
  ) {
    throw damaged('makes a tensor of something other than a storage, an offset, a shape and its strides');
  }
  if (args.slice(6).some((mark) => isKind(mark, 'dict') && mark.entries.size > 0)) {
    throw new WeightFileError(
      'holds a negated or conjugated tensor; call resolve_neg() on it in PyTorch before it is saved',
    );
  }
  const named = madeOf(args[6]);
  const type = named?.kind === 'type' ? named : storage.storage.type;
  const view = { offset: offset + storage.begin / type.bytes, shape, strides };
  const needed = elementsNeeded({ ...view, offset }) * type.bytes;
  if (type === UNTYPED || !Number.isInteger(view.offset) || !(needed <= storage.byteLength)) {
    throw damaged(
      `makes a tensor [${shape.join(', ')}] that needs ${count(needed)} bytes of storage ` +
        `${storage.storage.key}, which has ${count(storage.byteLength)}`,
    );
  }
  return { kind: 'object', made: { kind: 'tensor', storage: storage.storage, type, view } };
}

/** A parameter is a tensor with flags. */
function parameter([data]: readonly TorchValue[]): TorchValue {
  if (data === undefined || madeOf(data)?.kind !== 'tensor') {
    throw damaged('makes a parameter of something other than a tensor');
  }
  return data;
}

function size([sizes]: readonly TorchValue[]): TorchValue {
  if (!isKind(sizes, 'tuple')) throw damaged('makes a size of something other than a tuple');
  return sizes;
}

/** The host's object in a value, if there is one. */
export function madeOf(value: TorchValue | undefined): TorchObject | undefined {
  return isKind(value, 'object') ? value.made : undefined;
}

export function isCount(value: TorchValue | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function countsOf(value: TorchValue | undefined): number[] | undefined {
  if (!isKind(value, 'tuple') || value.items.length > MAX_DIMENSIONS) return undefined;
  return value.items.every(isCount) ? [...value.items] : undefined;
}

function damaged(what: string): WeightFileError {
  return new WeightFileError(`its pickle ${what}; ${FETCH_AGAIN}`);
}
