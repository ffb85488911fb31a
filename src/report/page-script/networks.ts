/** Draws the networks of a page with many: each when it is opened, from the numbers that the page holds. */
import { networkDrawing } from '../cppn-graph.ts';
import { elementOf } from '../gallery/page/elements.ts';
import { networksId, unpackNetwork, type PackedNetwork } from '../network-list.ts';

export function drawWhenOpened(): void {
  let packed: readonly (PackedNetwork | null)[] | undefined;
  // The event does not rise from the element, but is seen on its way down to it.
  document.addEventListener(
    'toggle',
    ({ target }) => {
      if (!(target instanceof HTMLDetailsElement) || !target.open) return;
      const { network } = target.dataset;
      if (network === undefined || target.querySelector('svg')) return;
      packed ??= JSON.parse(
        document.getElementById(networksId)?.textContent ?? '[]',
      ) as readonly (PackedNetwork | null)[];
      const own = packed[Number(network)];
      const name = target.closest('figure')?.querySelector('strong')?.textContent ?? '';
      if (own) target.append(elementOf(networkDrawing(name, unpackNetwork(own))));
    },
    true,
  );
}
