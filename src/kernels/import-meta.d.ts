/** What Vite, which the tests run on, and `build.mjs` make of a pattern: what the files that match export, by their paths. */
interface ImportMeta {
  glob<Exported>(
    pattern: string,
    options: { readonly eager: true; readonly import: 'default' },
  ): Readonly<Record<string, Exported>>;
}
