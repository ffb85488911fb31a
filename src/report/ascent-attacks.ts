/** The section of an ascent's page that shows adversarial examples: before, after, and what was changed. */
import { isWatched } from '../ascent/settings.ts';
import { summariseAttacks } from '../runs/ascent/attacks.ts';
import type { AscentRow } from '../runs/ascent/schema.ts';
import { mostAttacksShown, type AscentReportInput } from './ascent-input.ts';
import { normText, outcomeOf, rowName, valueChange } from './ascent-words.ts';
import { formatPerCent, formatConfidence, formatNumber, shortLabel } from './format.ts';
import { html, type Markup } from './markup.ts';
import { pictureOf, type PagePicture } from './picture.ts';
import type { SheetPicture } from './picture-sheet.ts';
import { Section } from './section.ts';
import { columnTable } from './tables.ts';

type AttackedRow = AscentRow & Required<Pick<AscentRow, 'attack'>>;

const isAttacked = (row: AscentRow): row is AttackedRow => row.attack !== undefined;

export function attacksSection(input: AscentReportInput): Section | undefined {
  const { rows } = input;
  const attacked = rows.flatMap((row, index) => (isAttacked(row) ? [{ row, index }] : []));
  if (attacked.length === 0) return undefined;
  const shown = attacked.slice(0, mostAttacksShown);
  const rest =
    attacked.length > shown.length
      ? ` The first ${formatNumber(shown.length)} of ${formatNumber(attacked.length)}; all are in images, and in archive.json.`
      : '';
  const title = attacked.some(({ row }) => row.attack.success !== undefined)
    ? 'Adversarial examples'
    : 'Before and after';
  return new Section(
    title,
    html`<p class="quiet">
        The picture at the start, the result, and their difference, enlarged as it says; grey is no change.
        Below them what the network names each, and how far the result is from the start: in bytes, and of
        values from 0 to 1.${rest}
      </p>
      <div class="attacks">${shown.map(({ row, index }) => example(row, index, input))}</div>
      ${byClass(attacked.map(({ row }) => row))}`,
  );
}

function example(row: AttackedRow, index: number, input: AscentReportInput): Markup {
  const { run, pictures, starts, differences } = input;
  const { attack, distance } = row;
  const { before, after, file } = attack;
  const difference = differences.get(row.picture);
  const times = difference ? `× ${formatNumber(difference.times)}` : '';
  return html`<figure class="attack" id="objective-${index}">
    <strong>${rowName(row, index, run.settings)}</strong>
    <div class="three">
      ${part(starts.get(attack.start), `${file}, before`, shortLabel(before.label), formatConfidence(before.confidence))}
      ${part(pictures.get(row.picture), `${file}, after`, shortLabel(after.label), formatConfidence(after.confidence))}
      ${part(difference?.picture, `what was changed of ${file}`, 'difference', times)}
    </div>
    <figcaption>
      ${
        attack.success === undefined
          ? html`<span class="line">value ${valueChange(row)}</span>`
          : html`<span class="line"
              ><b class="${attack.success ? 'won' : 'lost'}">${outcomeOf(attack)}</b
              >${wantedText(row, index, input)}</span
            >`
      }
      ${distance && html`<span class="line">l2 ${normText(distance.l2)}</span>`}
      ${distance && html`<span class="line">l∞ ${normText(distance.linf)}</span>`}
      <span class="line">iteration ${formatNumber(row.iteration)} of ${formatNumber(row.iterations)}</span>
    </figcaption>
  </figure>`;
}

function part(
  picture: PagePicture | SheetPicture | undefined,
  description: string,
  name: string,
  note: string,
): Markup {
  return html`<div>
    ${pictureOf(picture, description)}
    <span>${name}</span>
    <span>${note}</span>
  </div>`;
}

/** What was wanted and is not, with the confidence that the network has in it. */
function wantedText(
  { attack, confidence, label }: AttackedRow,
  index: number,
  { run }: AscentReportInput,
): string {
  return isWatched(run.settings, index) && attack.success === false
    ? `: ${shortLabel(label)} has ${formatConfidence(confidence)}`
    : '';
}

/** How many attacks succeeded, by what the pictures were named before; nothing where that is one class. */
function byClass(rows: readonly AttackedRow[]): Markup | undefined {
  const groups = new Map<string, AttackedRow[]>();
  for (const row of rows.filter(({ attack }) => attack.success !== undefined)) {
    const { label } = row.attack.before;
    groups.set(label, [...(groups.get(label) ?? []), row]);
  }
  if (groups.size < 2) return undefined;
  const columns = ['named before', 'pictures', 'attacked', 'success', 'rate', 'median l2', 'median l∞'].map(
    (heading, index) => ({ heading, numeric: index > 0 }),
  );
  const lines = [...groups].map(([label, of]) => ({ cells: [shortLabel(label), ...countsOf(of)] }));
  return html`<h3>By class</h3>
    <p class="quiet">
      Distances in bytes, of the attacks that succeeded. A picture that was so before is not counted as
      attacked.
    </p>
    ${columnTable(columns, lines)}`;
}

function countsOf(rows: readonly AttackedRow[]): string[] {
  const summary = summariseAttacks(rows);
  if (!summary) return [];
  const { images, attacked, succeeded, successRate, medianL2, medianLinf } = summary;
  return [
    ...[images, attacked, succeeded].map(formatNumber),
    successRate === null ? '–' : formatPerCent(successRate),
    ...[medianL2, medianLinf].map((median) => (median === null ? '–' : formatNumber(median))),
  ];
}

export const attackStyle = `
.attacks { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem 1.25rem; }
.attack strong { display: block; overflow-wrap: anywhere; font-weight: 600; }
.three { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem; margin: .25rem 0; }
.three div { min-width: 0; }
.three img { width: 100%; aspect-ratio: 1; object-fit: contain; display: block; background: var(--panel);
  border: 1px solid var(--line); }
.three span { display: block; font-size: .8125rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.attack .line { display: block; font-variant-numeric: tabular-nums; }
.attack .won { color: var(--text); }
.attack .lost { color: var(--failed); }
`;
