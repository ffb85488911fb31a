/** `docs/results.md`: what several experiments found, one after the other. */
import { formatTime } from '../report/format.ts';
import type { ConclusionRow } from './experiment.ts';
import type { ConclusionRecord, ExperimentRecord } from './experiment-record.ts';
import { flagOf, publicText } from './experiment-settings.ts';

export interface Result {
  readonly record: ExperimentRecord;
  readonly conclusion: ConclusionRecord;
  /** Tells it from the page's other results; part of links and of file names. */
  readonly id: string;
  /** The options that were given beside the scale. */
  readonly options: readonly string[];
}

/** @param others results that stand before it on the page */
export function resultId({ name, scale }: ExperimentRecord, others: readonly Result[]): string {
  const twins = others.filter(({ record }) => record.name === name && record.scale === scale).length;
  return `${name}-${scale}${twins === 0 ? '' : `-${String(twins + 1)}`}`;
}

/** Where a figure's copy lies beside the page. */
export const copyPath = ({ id }: Result, file: string): string => `results/${id}-${file}`;

/** @returns Markdown */
export function renderResults(results: readonly Result[]): string {
  const contents = results.map(
    ({ record: { scale }, conclusion: { title }, id, options }) =>
      `- [${plain([title, scale, ...options.map((option) => option.replace(/^--/, ''))].join(', '))}](#${id})`,
  );
  return (
    [
      '# Results',
      'Made by `fool experiment report`, not by hand: each table stands beside what the paper reports.',
      contents.join('\n'),
      ...results.map(section),
    ].join('\n\n') + '\n'
  );
}

function section(result: Result): string {
  const { record, conclusion, id, options } = result;
  const { name, scale, settings, adapter, started, version } = record;
  const { title, section: place, about, rows, cost, remarks, differences, figures } = conclusion;
  const given = Object.entries(settings).map(([key, value]) => `${key} ${publicText(value)}`);
  return [
    `## <a id="${id}"></a>${plain(title)}`,
    `${plain(about)} (${plain(place)}). \`${['fool experiment', name, flagOf('scale'), scale, ...options].join(' ').replaceAll('`', '')}\``,
    table(rows),
    ...figures.map(
      ({ file, caption }) => `![${plain(caption)}](${copyPath(result, file)})\n\n*${plain(caption)}*`,
    ),
    ...(remarks.length > 0 ? [remarks.map((text) => `- ${plain(text)}`).join('\n')] : []),
    `Settings: ${plain(given.join(', '))}. ${
      differences.length === 0
        ? 'All are the paper’s.'
        : `Other than the paper’s: ${plain(differences.join('; '))}.`
    }`,
    ...(cost.length > 0 ? [table(cost)] : []),
    `On ${plain(adapter?.description ?? 'no device')}, ${formatTime(started)}, version ${version}.`,
  ].join('\n\n');
}

function table(rows: readonly ConclusionRow[]): string {
  const explained = rows.some(({ differs }) => differs !== undefined);
  const head = explained
    ? '|  | paper | here | why they differ |\n| --- | --- | --- | --- |'
    : '|  | paper | here |\n| --- | --- | --- |';
  const lines = rows.map(({ what, paper, here, differs = '' }) => {
    const cells = explained ? [what, paper, here, differs] : [what, paper, here];
    return `| ${cells.map(plain).join(' | ')} |`;
  });
  return [head, ...lines].join('\n');
}

/** Labels come from foreign files: nothing of them is markup. */
const plain = (text: string): string =>
  text.replace(/[\\`*_[\]<>|#]/g, (sign) => `\\${sign}`).replace(/\s+/g, ' ');
