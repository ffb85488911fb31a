/** Sentences for machines on which there is no adapter. */

/** What the builds of Dawn in the package `webgpu` ask of a system. */
export const dawnNeeds =
  'It has builds for Linux (x64 and arm64, with glibc 2.34 and libstdc++ of GCC 12 or newer, as in Debian 12, Ubuntu 22.04 and Fedora 36), ' +
  'macOS, and Windows (x64 and arm64).';

const lavapipe =
  'lavapipe of Mesa 25 or newer (the package mesa-vulkan-drivers of Debian, Ubuntu and Fedora)';

/**
 * What brings an adapter to a machine that has none.
 * @param embedded whether the package that carries the embedded driver is installed
 */
export function whatToInstall(platform: NodeJS.Platform, arch: string, embedded: boolean): string {
  if (platform === 'darwin')
    return 'Dawn needs Metal here: a Mac, or a virtual machine to which its GPU is passed on.';
  if (platform === 'win32') return "Dawn needs Direct3D 12 here: update the GPU's driver.";
  if (platform !== 'linux') return dawnNeeds;
  const gpu = 'A GPU needs its Vulkan driver.';
  if (arch !== 'x64')
    return `${gpu} Without a GPU, install ${lavapipe}; there is no software driver for ${arch} on npm.`;
  if (embedded) return gpu;
  return (
    `${gpu} Without a GPU, a software driver comes with the optional package @sparticuz/chromium: run ` +
    '`npm install --include=optional` in a checkout, `npm install @sparticuz/chromium` in a project of your own.'
  );
}
