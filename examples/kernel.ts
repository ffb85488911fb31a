/** One kernel on its own: a matrix product, checked against the CPU and timed. `node examples/run.mjs kernel`. */
import { Program, bind, matmul, run } from 'easily-fooled/engine';
import { openGpu } from 'easily-fooled/node';

const [rows, columns, depth] = [256, 64, 512];
const matrix = (height: number, width: number) =>
  Float32Array.from({ length: height * width }, (_, index) => ((index * 37) % 19) / 19 - 0.5);
const a = matrix(depth, rows);
const b = matrix(depth, columns);

using gpu = await openGpu();
const launch = matmul({ rows, columns, depth }, gpu);
const operands = {
  a: gpu.bufferFrom('a [depth, rows]', a),
  bias: gpu.bufferFrom('bias [rows]', new Float32Array(rows)),
  b: gpu.bufferFrom('b [depth, columns]', b),
  c: gpu.buffer('c [rows, columns]', 4 * rows * columns),
};
const program = new Program([await bind(gpu, 'product', launch, operands)]);
run(gpu, program);
const c = new Float32Array(await gpu.read(operands.c));

let expected = 0;
for (let k = 0; k < depth; k++) expected += (a[k * rows + 5] ?? 0) * (b[k * columns + 7] ?? 0);
console.log(`c[5, 7] = ${(c[5 * columns + 7] ?? NaN).toFixed(4)}; on the CPU ${expected.toFixed(4)}`);

const repeats = 20;
const started = performance.now();
for (let repeat = 0; repeat < repeats; repeat++) run(gpu, program);
await gpu.wait(gpu.device.queue.onSubmittedWorkDone());
const seconds = (performance.now() - started) / 1000 / repeats;
console.log(
  `${launch.kernel.variant}: ${(launch.flops / seconds / 1e9).toFixed(1)} billion operations a second`,
);
