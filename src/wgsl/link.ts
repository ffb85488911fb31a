/** Puts the parts that a shader uses in the place where it names them: `// @use vector`, a line of its own. */
import { libraries } from './libraries.ts';
import { ShaderTextError } from './shader-text-error.ts';

/** Names of libraries that take the place of others, e.g. `{ vector: 'vector-2' }` for batches of two. */
export type Replacements = Readonly<Record<string, string>>;

const use = /^\/\/ @use ([\w-]+)$/gm;

/**
 * @throws ShaderTextError for a library that does not exist, and for a replacement of one that the shader does not use
 */
export function link(source: string, replacements: Replacements = {}): string {
  const used = new Set<string>();
  const linked = source.replace(use, (_, name: string) => {
    used.add(name);
    const library = libraries[replacements[name] ?? name];
    if (library === undefined)
      throw new ShaderTextError(`there is no shaders/lib/${replacements[name] ?? name}.wgsl`);
    return library;
  });
  for (const name of Object.keys(replacements))
    if (!used.has(name)) throw new ShaderTextError(`the shader does not use the library ${name}`);
  return linked;
}
