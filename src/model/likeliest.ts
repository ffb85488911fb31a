/** What a model takes a picture for. */

/** A class and the confidence that a model has in it. */
export interface Guess {
  readonly class: number;
  readonly label: string;
  readonly confidence: number;
}

/** The likeliest classes, the surest first; of equal ones that with the smaller number. */
export function likeliest(
  { labels }: { readonly labels: readonly string[] },
  confidences: Float32Array,
  count: number,
): Guess[] {
  return [...confidences]
    .map((confidence, number): Guess => ({ class: number, label: labels[number] ?? '', confidence }))
    .sort((a, b) => b.confidence - a.confidence || a.class - b.class)
    .slice(0, count);
}
