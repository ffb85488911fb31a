/** Makes `report.html` from the records of a gradient ascent. */
import { isAttack } from '../runs/ascent/attacks.ts';
import { attacksSection, attackStyle } from './ascent-attacks.ts';
import { curvesSection } from './ascent-curves.ts';
import type { AscentReportInput } from './ascent-input.ts';
import { ascentNetworks, bestSection, stripsSection } from './ascent-pictures.ts';
import {
  ascentSettingsSection,
  distancesSection,
  faultsSection,
  figuresSection,
  milestonesSection,
} from './ascent-sections.ts';
import { trialsSection } from './ascent-trials.ts';
import { formatCount, formatNumber, formatTime } from './format.ts';
import { html } from './markup.ts';
import { renderPage, scriptOf } from './page.ts';
import { mostAtOnce } from './picture-list.ts';
import { sheetStyle } from './picture-sheet.ts';
import { contents } from './section.ts';
import { machineSection } from './tables.ts';

export type { AscentReportInput } from './ascent-input.ts';

/**
 * The page as HTML. It shows what there is of an unfinished ascent, and says that it is unfinished.
 *
 * @param input as `readAscent` returns it, with the pictures
 */
export function renderAscentReport(input: AscentReportInput): string {
  const { settings, model, started } = input.run;
  const trials = settings.trials.length > 1 ? ` in ${formatCount(settings.trials.length, 'trial')}` : '';
  const attacks = settings.objectives.some((objective) => isAttack(objective, settings.start));
  const what = attacks ? 'Pictures changed until they are named otherwise,' : 'Images climbed';
  const header = html`<p class="quiet">
      ${what} along the gradient of ${formatCount(settings.objectives.length, 'objective')} over at most
      ${formatCount(settings.steps, 'step')}${trials}, seed ${settings.seed}; started
      <time>${formatTime(started)}</time>.
    </p>
    ${unfinished(input)}`;
  const many = input.rows.length > mostAtOnce;
  const networks = ascentNetworks(input);
  const [pictures, numbers] = [
    [bestSection(input, networks), stripsSection(input)],
    [trialsSection(input), milestonesSection(input), curvesSection(input)],
  ];
  const sections = [
    attacksSection(input),
    ...(many ? [...numbers, ...pictures] : [...pictures, ...numbers]),
    distancesSection(input),
    faultsSection(input),
    ascentSettingsSection(input),
    machineSection(input.run),
  ];
  const about = `${model.name}, ${attacks ? 'adversarial examples' : 'gradient ascent'}`;
  const name = { run: input.name, command: 'fool ascend', about };
  const content = [
    figuresSection(input),
    contents(sections),
    ...sections,
    networks?.data,
    many ? scriptOf(input.script) : undefined,
  ];
  return renderPage(name, header, content, {
    head: html``,
    style: attackStyle + sheetStyle(input.sheets ?? []),
  });
}

function unfinished({ run, rows, progress, summary }: AscentReportInput) {
  if (summary?.complete) return undefined;
  const { objectives, trials } = run.settings;
  const last = progress.at(-1);
  const place = last
    ? ` (${trials.length > 1 ? `trial ${formatNumber(last.trial + 1)} of ${formatNumber(trials.length)}, ` : ''}iteration ${formatNumber(last.iteration)} of its batch)`
    : '';
  return html`<p class="warning" role="note">
    <strong>This ascent is not complete:</strong> ${formatNumber(rows.length)} of
    ${formatCount(objectives.length, 'objective')} have an image${place}. Unless it is still running, go on
    with <code>fool ascend --resume</code>.
  </p>`;
}
