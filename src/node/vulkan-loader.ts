/**
 * What Dawn finds Vulkan drivers with on Linux: the Vulkan loader, and the manifests that name drivers. Where either is
 * missing Dawn prints warnings to standard error, past Node's streams, so that it is asked only where both are there.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../util/message-of.ts';
import { embeddedSwiftShader } from './embedded-swiftshader.ts';
import { keepLoaded, whyItDoesNotLoad } from './native-library.ts';

const loaderName = 'libvulkan.so.1';

/** Why Vulkan has nothing to offer here. */
export class VulkanLoaderError extends Error {
  override readonly name = 'VulkanLoaderError';
}

/**
 * Sees to it that Dawn finds a loader: the system's, else the one that comes with the embedded driver. That one looks
 * for the system's drivers in the usual folders, so that a GPU's driver is found without the system's loader.
 * @throws VulkanLoaderError when there is neither
 */
export async function provideVulkanLoader(): Promise<void> {
  const missing = whyItDoesNotLoad(loaderName);
  if (missing === undefined) return;
  try {
    keepLoaded((await embeddedSwiftShader()).loader);
  } catch (error) {
    throw new VulkanLoaderError(`the system has no Vulkan loader (${missing}), and ${messageOf(error)}`);
  }
}

/** Variables that name drivers in place of the folders, newest first, and one that names more of them. */
const replacing = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'] as const;
const adding = 'VK_ADD_DRIVER_FILES';

/** What the user has set, before `useDriver` sets something else. */
const usersOwn = Object.fromEntries(replacing.map((name) => [name, process.env[name]]));

/** Has Vulkan look at one driver alone; without a manifest, at those that the system and the user name. */
export function useDriver(manifest: string | undefined): void {
  for (const name of replacing) {
    const value = manifest ?? usersOwn[name];
    // Assigning undefined would set the word.
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

/** @throws VulkanLoaderError when neither the system nor the user names a driver */
export function checkDriversNamed(): void {
  if ([...replacing, adding].some((name) => (process.env[name] ?? '') !== '')) return;
  if (driverManifests().length === 0)
    throw new VulkanLoaderError('none is installed (no manifest in /usr/share/vulkan/icd.d and its like)');
}

/** Manifests of the installed drivers. */
export function driverManifests(): string[] {
  return driverFolders().flatMap((folder) => {
    try {
      return readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .map((file) => path.join(folder, file));
    } catch {
      return []; // Not there, or not to be read.
    }
  });
}

/** Where loaders look (Vulkan-Loader, LoaderInterfaceArchitecture), with what NixOS and Flatpak have built into theirs. */
function driverFolders(): string[] {
  const { env } = process;
  const home = env['HOME'] ?? '';
  const inHome = (...parts: string[]) => (home === '' ? '' : path.join(home, ...parts));
  const data = [
    env['XDG_CONFIG_HOME'] ?? inHome('.config'),
    ...list(env['XDG_CONFIG_DIRS'], '/etc/xdg'),
    '/etc',
    env['XDG_DATA_HOME'] ?? inHome('.local', 'share'),
    ...list(env['XDG_DATA_DIRS'], '/usr/local/share:/usr/share'),
    '/usr/local/share',
    '/usr/share',
    '/run/opengl-driver/share',
    `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/GL`,
  ];
  const absolute = data.filter((folder) => path.isAbsolute(folder));
  return [...new Set(absolute.map((folder) => path.join(folder, 'vulkan', 'icd.d')))];
}

const list = (paths: string | undefined, otherwise: string): string[] =>
  (paths === undefined || paths === '' ? otherwise : paths).split(':');
