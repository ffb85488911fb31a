/** Prints the golden numbers as JSON: bundled by esbuild, it runs under versions of Node that read no TypeScript. */
import { goldenNumbers } from './golden-numbers.ts';

console.log(JSON.stringify(goldenNumbers(), undefined, 2));
