/** What a CPPN is asked of: of each pixel its place, its distance from the centre, and a constant (paper §2.3). */

/** They are the nodes 0 to 3 of every genome. */
export const inputNames = ['x', 'y', 'distance', 'bias'] as const;
export const inputCount = inputNames.length;
