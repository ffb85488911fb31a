/** PyTorch's zip checkpoints, as torch.save writes a state dict, made without PyTorch. */
import { zipSync } from 'fflate';
import { int, pickle, text } from './pickle-bytes.ts';

/** The bytes of a checkpoint of contiguous float tensors. */
export function pytorchBytes(
  tensors: Iterable<readonly [name: string, tensor: { shape: readonly number[]; data: Float32Array }]>,
): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  const entries = [...tensors].map(([name, { shape, data }], index) => {
    files[`archive/data/${String(index)}`] = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const strides = shape.map((_, axis) =>
      shape.slice(axis + 1).reduce((product, size) => product * size, 1),
    );
    const [sizes, steps] = [shape, strides].map((numbers) => `(${numbers.map(int).join('')}t`) as [
      string,
      string,
    ];
    const storage = `(${text('storage')}ctorch\nFloatStorage\n${text(String(index))}${text('cpu')}${int(data.length)}tQ`;
    const hooks = 'ccollections\nOrderedDict\n)R';
    return `${text(name)}ctorch._utils\n_rebuild_tensor_v2\n(${storage}${int(0)}${sizes}${steps}\x89${hooks}tR`;
  });
  const dictionary = pickle(`\x80\x02ccollections\nOrderedDict\n)R(${entries.join('')}u.`);
  const version = pickle('3\n');
  return zipSync({ 'archive/data.pkl': dictionary, ...files, 'archive/version': version }, { level: 0 });
}
