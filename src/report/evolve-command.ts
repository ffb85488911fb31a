/** Commands that make a run again, as a user may type them. */
import type { RunSettings } from '../runs/evolution/records.ts';

/**
 * The command of an evolution, with the folder of the model and of the run left out: a page that is passed on does not tell
 * where they lie.
 * @returns undefined where no options give these settings
 */
export function evolveCommand(settings: RunSettings, run: string): string | undefined {
  if (settings.randomViews) return undefined;
  const { model, encoding, generations, population, seed, crops, classes, coordinates, denseWeights } =
    settings;
  const options: readonly (readonly [name: string, value: string | number])[] = [
    ['model', lastPart(model)],
    ['encoding', encoding],
    ['generations', generations],
    ['population', population],
    ['seed', seed],
    ...(crops === 1 ? [] : [['crops', crops] as const]),
    ...(coordinates === 'pixels' ? [] : [['coordinates', coordinates] as const]),
    ...(denseWeights === undefined || denseWeights === 'f32'
      ? []
      : [['dense-weights', denseWeights] as const]),
    ...(classes ? [['classes', classes.join(',')] as const] : []),
    ['out', run],
  ];
  return `fool evolve ${options.map(([name, value]) => `--${name} ${quoted(String(value))}`).join(' ')}`;
}

/** The last name of a path, as either kind of system writes it. */
export const lastPart = (path: string): string => /[^/\\]*$/.exec(path.replace(/[/\\]+$/, ''))?.[0] ?? path;

/** As one word of a shell of the POSIX kind. */
export const inQuotes = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** The same, left alone where a shell would leave it alone. */
export const quoted = (word: string): string => (/^[\w.,:=@%+/-]+$/.test(word) ? word : inQuotes(word));
