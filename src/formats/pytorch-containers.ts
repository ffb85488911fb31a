/** The two kinds of file that `torch.save` writes: a pickle and raw storages, zipped or one after the other. */
import { count } from '../util/count.ts';
import { isKind } from './pickle-value.ts';
import { readPickle } from './pickle.ts';
import { isCount, torchHost, type TorchStorage, type TorchValue } from './pytorch-objects.ts';
import { FETCH_AGAIN } from './refusal.ts';
import { viewOf } from './view-of.ts';
import { WeightFileError } from './weight-file-error.ts';
import { readZip, unzip } from './zip.ts';

/** A checkpoint whose tensors are known but not yet read. */
export interface TorchFile {
  readonly value: TorchValue;
  /** Of all storages together: what its tensors may reasonably take is measured by it. */
  readonly storageBytes: number;
  /** Little-endian values; throws WeightFileError when the file has not as many as the storage should have. */
  readonly bytesOf: (storage: TorchStorage) => Uint8Array;
}

/** Since PyTorch 1.6: `<root>/data.pkl`, `<root>/data/<key>` for each storage, `<root>/byteorder`. */
export function openZip(bytes: Uint8Array): TorchFile {
  const entries = readZip(bytes);
  const pickles = [...entries.values()].filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) {
    throw new WeightFileError(
      "is a zip archive, but not one of torch.save's: there must be one <name>/data.pkl in it; was it zipped again?",
    );
  }
  const root = pickle.name.slice(0, -'data.pkl'.length);
  if (entries.has(`${root}constants.pkl`)) {
    throw new WeightFileError(`is a TorchScript program; load it with torch.jit.load and ${STATE_DICT}`);
  }
  const order = entries.get(`${root}byteorder`);
  if (order !== undefined) checkByteOrder(new TextDecoder().decode(unzip(order)) === 'little');
  const host = torchHost();
  const { value } = readPickle(unzip(pickle), 0, host);
  let storageBytes = 0;
  for (const { key } of host.storages.values()) storageBytes += entries.get(`${root}data/${key}`)?.size ?? 0;
  const bytesOf = ({ key, byteLength }: TorchStorage): Uint8Array => {
    const entry = entries.get(`${root}data/${key}`);
    if (entry?.size !== byteLength) {
      throw new WeightFileError(
        `its storage ${key} should have ${count(byteLength)} bytes and ` +
          `${entry === undefined ? 'is missing' : `has ${count(entry.size)}`}; ${FETCH_AGAIN}`,
      );
    }
    return unzip(entry);
  };
  return { value, storageBytes, bytesOf };
}

const PROTOCOL = 1001;
/** LONG1 of 10 bytes, the magic number 0x1950a86a20f9469cfc6c, STOP: the end of the first pickle, of whichever protocol. */
const MAGIC = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
/** Before it stand PROTO and, from protocol 4 on, FRAME. */
const MAGIC_PLACES = [2, 11];

export function isLegacy(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x80 &&
    MAGIC_PLACES.some((place) => MAGIC.every((byte, index) => bytes[place + index] === byte))
  );
}

/**
 * Before PyTorch 1.6: pickles of the magic number, the version, facts about the machine, the value and the
 * list of storage keys; then, in the order of the list, each storage's length and values.
 */
export function openLegacy(bytes: Uint8Array): TorchFile {
  let position = 0;
  const host = torchHost();
  const next = (): TorchValue => {
    const { value, end } = readPickle(bytes, position, host);
    position = end;
    return value;
  };
  const [, protocol, system] = [next(), next(), next()];
  if (protocol !== PROTOCOL || !isKind(system, 'dict')) {
    throw new WeightFileError(`does not begin as torch.save's files do; ${FETCH_AGAIN}`);
  }
  checkByteOrder(system.entries.get('little_endian') === true);
  const value = next();
  const keys = next();
  if (!isKind(keys, 'list'))
    throw new WeightFileError(`has no list of storages after its pickle; ${FETCH_AGAIN}`);
  const contents = readStorages(bytes, position, keys.items, host.storages);
  const storageBytes = [...contents.values()].reduce((sum, { length }) => sum + length, 0);
  const bytesOf = ({ key }: TorchStorage): Uint8Array => {
    const content = contents.get(key);
    if (content === undefined) throw new WeightFileError(`its storage ${key} is missing; ${FETCH_AGAIN}`);
    return content;
  };
  return { value, storageBytes, bytesOf };
}

function readStorages(
  bytes: Uint8Array,
  start: number,
  keys: readonly TorchValue[],
  storages: ReadonlyMap<string, TorchStorage>,
): Map<string, Uint8Array> {
  const view = viewOf(bytes);
  const contents = new Map<string, Uint8Array>();
  let position = start;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined || contents.has(storage.key)) {
      throw new WeightFileError(`lists a storage that no tensor uses, or one twice; ${FETCH_AGAIN}`);
    }
    const values = position + 8;
    const length = values <= bytes.length ? Number(view.getBigUint64(position, true)) : undefined;
    position = values + storage.byteLength;
    if (position > bytes.length || !isCount(length) || length * storage.type.bytes !== storage.byteLength) {
      throw new WeightFileError(
        `its storage ${storage.key} should have ${count(storage.byteLength)} bytes, the file ` +
          `says otherwise or ends before; ${FETCH_AGAIN}`,
      );
    }
    contents.set(storage.key, bytes.subarray(values, position));
  }
  if (position !== bytes.length) {
    throw new WeightFileError(
      `has ${count(bytes.length - position)} bytes after its last storage; ${FETCH_AGAIN}`,
    );
  }
  return contents;
}

function checkByteOrder(isLittleEndian: boolean): void {
  if (!isLittleEndian) {
    throw new WeightFileError('was saved on a big-endian machine; load it in PyTorch and save it on another');
  }
}

export const STATE_DICT = "save its weights in PyTorch: torch.save(model.state_dict(), 'weights.pth')";
