/**
 * Finding an adapter on a machine that may have a GPU, a software driver, or nothing:
 * a GPU first, then a system software driver that Dawn accepts, then the embedded SwiftShader.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Gpu, type AdapterDescription, type AdapterKind, type GpuOptions } from '../gpu/device.ts';
import { messageOf } from '../message-of.ts';
import { withoutDriverChatter } from './driver-chatter.ts';
import { embeddedSwiftShader, preloadVulkanLoader } from './embedded-swiftshader.ts';
import { napUntil } from './nap.ts';

/** No adapter, or not the one that was asked for; the message lists what was tried. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
}

/** `auto`, `swiftshader`, `lavapipe`, or a part of an adapter's own name. */
export type AdapterChoice = string;

export interface Attempt {
  readonly source: string;
  readonly outcome: string;
}

export interface OpenedGpu {
  readonly gpu: Gpu;
  /** Everything that was tried, in order, for `fool doctor`. */
  readonly attempts: readonly Attempt[];
}

/** A way to reach drivers: what to set before Vulkan is asked, and what Dawn is told. */
interface Source {
  readonly name: string;
  readonly reason: (kind: AdapterKind) => string;
  readonly accepts: (kind: AdapterKind) => boolean;
  readonly prepare: () => Promise<void> | void;
  readonly options: readonly string[];
}

/** Dawn's objects die with the one that made them, so it is kept until it is released. */
let keptInstance: GPU | undefined;

/**
 * Opens a device on the best adapter there is. A driver that Dawn refuses, or that gives an adapter but no
 * device, does not end the search.
 * @param choice which adapter; `auto` takes the best there is.
 * @param options of the device; `expectedLaunches` is by default what the environment's `FOOL_EXPECTED_LAUNCHES` says
 * @throws AdapterError with every attempt and what to install.
 */
export async function searchGpu(
  choice: AdapterChoice = process.env['FOOL_ADAPTER'] ?? 'auto',
  { expectedLaunches = launchesByEnvironment() }: Pick<GpuOptions, 'expectedLaunches'> = {},
): Promise<OpenedGpu> {
  const attempts: Attempt[] = [];
  for (const source of sourcesFor(choice)) {
    const note = (outcome: string) => attempts.push({ source: source.name, outcome });
    try {
      await source.prepare();
      const found = await ask(source);
      if (!found) note('no adapter that Dawn accepts');
      else if (!source.accepts(found.description.kind)) note(`only ${found.description.description} there`);
      else {
        const software = found.description.kind !== 'gpu';
        const gpu = await Gpu.open(found.adapter, found.description, {
          ...(software && { wait: napUntil }),
          expectedLaunches,
        });
        note(`taken: ${found.description.description}`);
        return { gpu, attempts };
      }
    } catch (error) {
      note(messageOf(error));
    }
  }
  const tried = attempts.map(({ source, outcome }) => `  ${source}: ${outcome}`).join('\n');
  throw new AdapterError(
    `no WebGPU adapter for --adapter ${choice}. Tried:\n${tried}\n` +
      'A GPU needs its Vulkan driver; without a GPU, `npm install @sparticuz/chromium` brings a software one.',
  );
}

/** As `searchGpu`, for callers that need the device alone. */
export async function openGpu(
  choice?: AdapterChoice,
  options?: Pick<GpuOptions, 'expectedLaunches'>,
): Promise<Gpu> {
  return (await searchGpu(choice, options)).gpu;
}

/** `FOOL_EXPECTED_LAUNCHES`, for commands that launch each kernel a few times only, such as those of tests. */
function launchesByEnvironment(): number | undefined {
  const text = process.env['FOOL_EXPECTED_LAUNCHES'];
  if (text === undefined) return undefined;
  const launches = Number(text);
  if (launches >= 1) return launches;
  throw new AdapterError(`FOOL_EXPECTED_LAUNCHES is ${text}; expected a number from 1 on`);
}

/** Lets go of Dawn, whose threads would otherwise keep the process alive. Close every device first. */
export function releaseDawn(): void {
  keptInstance = undefined;
}

function sourcesFor(choice: AdapterChoice): Source[] {
  switch (choice.toLowerCase()) {
    case 'auto':
      return [
        systemSource((kind) => (kind === 'gpu' ? 'a GPU' : 'no GPU found, a system software driver works')),
        ...lavapipeSources('no GPU found, lavapipe is installed'),
        embeddedSource('no GPU and no system driver that works, so the CPU driver that comes along'),
      ];
    case 'swiftshader':
      return [embeddedSource(byName())];
    case 'lavapipe':
      return lavapipeSources(byName());
    default:
      return [{ ...systemSource(byName), name: `adapter ${choice}`, options: [`adapter=${choice}`] }];
  }
}

const byName = (): string => 'asked for by name';

function systemSource(reason: Source['reason']): Source {
  return {
    name: 'system Vulkan drivers',
    reason,
    accepts: () => true,
    prepare: () => undefined,
    options: [],
  };
}

function embeddedSource(reason: string): Source {
  return {
    name: 'embedded SwiftShader',
    reason: () => reason,
    accepts: (kind) => kind === 'swiftshader',
    prepare: async () => {
      const driver = await embeddedSwiftShader();
      preloadVulkanLoader(driver.loader);
      process.env['VK_DRIVER_FILES'] = driver.manifest;
    },
    options: [],
  };
}

/** Manifests of lavapipe in the folders where Vulkan loaders look; one source each, since one may be refused. */
function lavapipeSources(reason: string): Source[] {
  const folders = ['/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/usr/share/vulkan/icd.d'];
  const manifests = folders.flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((file) => file.startsWith('lvp_icd'))
          .map((file) => join(folder, file))
      : [],
  );
  if (manifests.length === 0) {
    const missing = (): never => {
      throw new AdapterError('not installed (Debian: mesa-vulkan-drivers, 25 or newer)');
    };
    return [{ name: 'lavapipe', reason: () => reason, accepts: () => false, prepare: missing, options: [] }];
  }
  return manifests.map((manifest) => ({
    name: `lavapipe (${manifest})`,
    reason: () => reason,
    accepts: (kind) => kind === 'lavapipe',
    prepare: () => {
      process.env['VK_DRIVER_FILES'] = manifest;
    },
    options: [],
  }));
}

/** Dawn rounds times of the device to 65 µs, as browsers must; whole kernels are shorter than that. */
const fineClock = 'disable-dawn-features=timestamp_quantization';

async function ask(
  source: Source,
): Promise<{ adapter: GPUAdapter; description: AdapterDescription } | undefined> {
  const { create, globals } = await loadDawn();
  Object.assign(globalThis, globals);
  const instance = create([fineClock, ...source.options]);
  const adapter = await withoutDriverChatter(() =>
    instance.requestAdapter({ powerPreference: 'high-performance' }),
  );
  if (!adapter) return undefined;
  keptInstance = instance;
  const { vendor, architecture, device, description } = adapter.info;
  const label = description || device || vendor;
  const kind = kindOf(`${vendor} ${architecture} ${device} ${description}`.toLowerCase());
  const name = kind === 'gpu' ? device || label : kind;
  return { adapter, description: { name, kind, vendor, description: label, reason: source.reason(kind) } };
}

async function loadDawn(): Promise<typeof import('webgpu')> {
  try {
    return await import('webgpu');
  } catch (error) {
    throw new AdapterError(
      `the package webgpu does not load (${messageOf(error)}); it needs glibc 2.31 or newer and a supported platform`,
    );
  }
}

function kindOf(text: string): AdapterKind {
  if (text.includes('swiftshader')) return 'swiftshader';
  return text.includes('llvmpipe') || text.includes('lavapipe') ? 'lavapipe' : 'gpu';
}

/** Whether Dawn is held at the moment; for tests. */
export const dawnIsHeld = (): boolean => keptInstance !== undefined;
