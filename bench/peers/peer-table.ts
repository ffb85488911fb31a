/** Engines side by side in Markdown, a table for each results file: images per second of each work. */
import { formatCount } from '../../src/report/format.ts';
import type { PeerResult, Results } from '../report/results-file.ts';

/** Whose figures stand in a column. */
interface Column {
  readonly heading: string;
  readonly engine: string;
  readonly precision?: string;
  /** Libraries that are made for one kind of device stand apart: they may use what WebGPU has not. */
  readonly kind: 'webgpu' | 'library';
}

const columns: readonly Column[] = [
  { heading: 'ours', engine: 'own', kind: 'webgpu' },
  { heading: 'jax-js', engine: 'jax-js-webgpu', kind: 'webgpu' },
  { heading: 'ONNX Runtime, WebGPU', engine: 'onnxruntime-webgpu', kind: 'webgpu' },
  { heading: 'TensorFlow.js', engine: 'tfjs-webgpu', kind: 'webgpu' },
  { heading: 'ONNX Runtime, CPU', engine: 'onnxruntime-cpu', kind: 'library' },
  { heading: 'PyTorch, CPU', engine: 'torch-cpu', kind: 'library' },
  { heading: 'PyTorch, CUDA fp32', engine: 'torch-cuda', precision: 'fp32', kind: 'library' },
  { heading: 'TF32', engine: 'torch-cuda', precision: 'tf32', kind: 'library' },
  { heading: 'fp16', engine: 'torch-cuda', precision: 'fp16', kind: 'library' },
];

/** What stands in place of a work that an engine has no row of: the same but for the last step. */
const almost: Readonly<Record<string, string>> = { 'ascent step': 'forward + gradient to the input' };

const remarks = {
  humps: ['¹', 'the samples lie in two humps, so that the median is that of one at most'],
  otherAnswer: ['²', 'the engine’s answer is another one, and its time is no match'],
  notCompared: ['³', 'its answers were not compared'],
  almost: ['⁴', 'the gradient to the image alone, without the step along it'],
} as const;
type Remark = keyof typeof remarks;

interface Cell {
  readonly row: PeerResult;
  readonly remarks: readonly Remark[];
}

/** A line of the table: an own row, and what each column has beside it. */
interface Line {
  readonly title: string;
  readonly cells: readonly (Cell | undefined)[];
}

/**
 * GPUs first, then in the order given. Files without a row of our engine beside others are left out.
 * @returns Markdown, with a line feed at its end
 */
export function peerTables(files: readonly Results[]): string {
  const ofGpus = files.filter(({ adapter }) => adapter.kind === 'gpu');
  const others = files.filter(({ adapter }) => adapter.kind !== 'gpu');
  return [...ofGpus, ...others].flatMap(tableOf).join('\n');
}

function tableOf(results: Results): string[] {
  const peers = results.rows.filter((row) => row.kind === 'peer');
  const used = columns.filter((column) => peers.some((row) => isOf(row, column)));
  if (!used.some(({ engine }) => engine === 'own') || used.length < 2) return [];
  const lines = peers.filter(({ engine }) => engine === 'own').map((own) => lineOf(own, peers, used));
  const wholly = used.map((_, index) => commonRemark(lines.map(({ cells }) => cells[index])));
  const headings = used.map(({ heading }, index) => heading + marks(wholly[index] ?? []));
  const body = lines.map(({ title, cells }) => {
    const texts = cells.map((cell, index) => textOf(cell, cells, used, wholly[index] ?? []));
    return `| ${[title, ...texts].join(' | ')} |`;
  });
  const said = new Set(lines.flatMap(({ cells }) => cells.flatMap((cell) => cell?.remarks ?? [])));
  const legend = (Object.keys(remarks) as Remark[])
    .filter((remark) => said.has(remark))
    .map((remark) => `${remarks[remark][0]} ${remarks[remark][1]}`);
  const note = results.note === undefined ? [] : [results.note];
  return [
    titleOf(results),
    '',
    `| images per second | ${headings.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(used.length)}`,
    ...body,
    '',
    [...(legend.length > 0 ? [`${legend.join('; ')}.`] : []), `${originOf(results, peers)}.`, ...note].join(
      ' ',
    ),
    '',
  ];
}

const isOf = (row: PeerResult, { engine, precision }: Column): boolean =>
  row.engine === engine && (precision === undefined || row.precision === precision);

function lineOf(own: PeerResult, peers: readonly PeerResult[], used: readonly Column[]): Line {
  const { work, batch } = own;
  const cells = used.map((column) => {
    const of = (wanted: string) =>
      peers.filter((row) => row.work === wanted && row.batch === batch && isOf(row, column));
    const exact = fastest(of(work));
    if (exact) return { row: exact, remarks: remarksOn(exact) };
    const [network = '', ...pass] = work.split(' ');
    const instead = almost[pass.join(' ')];
    const near = instead === undefined ? undefined : fastest(of(`${network} ${instead}`));
    return near && { row: near, remarks: [...remarksOn(near), 'almost' as const] };
  });
  return { title: `${work}, ${String(batch)}`, cells };
}

/** Of several ways to launch the same, the one that an engine's user would take. */
const fastest = (rows: readonly PeerResult[]): PeerResult | undefined =>
  [...rows].sort((a, b) => b.imagesPerSecond - a.imagesPerSecond)[0];

function remarksOn({ humps, agrees }: PeerResult): Remark[] {
  const answer: readonly Remark[] = agrees === undefined ? ['notCompared'] : agrees ? [] : ['otherAnswer'];
  return [...(humps === undefined ? [] : ['humps' as const]), ...answer];
}

/** A remark on every cell of a column stands at its head. */
function commonRemark(cells: readonly (Cell | undefined)[]): Remark[] {
  const filled = cells.filter((cell) => cell !== undefined);
  return (Object.keys(remarks) as Remark[]).filter(
    (remark) => filled.length > 1 && filled.every((cell) => cell.remarks.includes(remark)),
  );
}

const marks = (some: readonly Remark[]): string => some.map((remark) => ` ${remarks[remark][0]}`).join('');

/** The fastest engine on WebGPU in bold; in italics a library that is faster than all of those. */
function textOf(
  cell: Cell | undefined,
  line: readonly (Cell | undefined)[],
  used: readonly Column[],
  atHead: readonly Remark[],
): string {
  if (!cell) return '–';
  const rates = line.flatMap((other, index) =>
    other?.row.agrees === true && used[index]?.kind === 'webgpu' ? [other.row.imagesPerSecond] : [],
  );
  const most = Math.max(...rates);
  const { row } = cell;
  const number = Number(row.imagesPerSecond.toPrecision(3)).toLocaleString('en-GB');
  const isLibrary = used[line.indexOf(cell)]?.kind === 'library';
  const isMost = row.agrees === true && row.imagesPerSecond === most;
  const text = isLibrary && row.imagesPerSecond > most ? `*${number}*` : isMost ? `**${number}**` : number;
  return text + marks(cell.remarks.filter((remark) => !atHead.includes(remark)));
}

function titleOf({ adapter, machine }: Results): string {
  return `**${adapter.name}** (${adapter.description}; ${formatCount(machine.cores, 'core')} of ${machine.cpu})`;
}

/** Date, commits and command, by which the figures can be checked. */
function originOf({ adapter, commit, date, partial }: Results, rows: readonly PeerResult[]): string {
  const commits = [...new Set(rows.map((row) => (row.commit ?? commit).slice(0, 7)))];
  const choice = adapter.kind === 'gpu' || adapter.kind === undefined ? '' : ` --adapter ${adapter.kind}`;
  const part = partial ? ', cut short' : '';
  return `Measured ${date.slice(0, 10)} at ${commits.map((one) => `\`${one}\``).join(', ')} by \`npx fool bench peers${choice}\`${part}`;
}
