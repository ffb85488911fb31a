/** Classes as the command line lists them. */
import { ClassNames } from '../datasets/class-names.ts';
import { UsageError } from './usage-error.ts';

/**
 * The numbers of classes in the order in which they are listed, by number, WordNet id or label, with commas between them.
 * @param option what messages call the list
 * @throws UsageError for a name that is no class, or several, or a class that is named twice
 */
export function classesNamed(option: string, list: string, labels: readonly string[]): number[] {
  const names = new ClassNames(labels);
  const classes = list.split(',').map((name) => {
    const found = names.find(name);
    if (typeof found === 'string') throw new UsageError(`${option}: ${found}`);
    return found;
  });
  if (new Set(classes).size < classes.length) throw new UsageError(`${option} names the same class twice`);
  return classes;
}
