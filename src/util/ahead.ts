/** Work that is begun before its turn comes. */

/**
 * What is made of each, in the order of the items, with so many begun at a time.
 * @throws what the first one in this order threw that failed, when all that were begun have come to their end
 */
export async function* ahead<Item, Made>(
  items: readonly Item[],
  atOnce: number,
  begin: (item: Item, index: number) => Promise<Made>,
): AsyncGenerator<Made> {
  const begun: Promise<Made>[] = [];
  try {
    for (let index = 0; index < items.length || begun.length > 0;) {
      while (begun.length < atOnce && index < items.length) {
        const one = begin(items[index] as Item, index);
        // Where it fails, that is heard when its turn comes.
        one.catch(() => undefined);
        begun.push(one);
        index++;
      }
      yield (await begun.shift()) as Made;
    }
  } finally {
    await Promise.allSettled(begun);
  }
}
