/**
 * Finding an adapter on a machine that may have a GPU, a software driver, or nothing:
 * a GPU first, then a system software driver that Dawn accepts, then the embedded SwiftShader.
 */
import path from 'node:path';
import { Gpu, type AdapterDescription, type AdapterKind } from '../gpu/device.ts';
import { messageOf } from '../util/message-of.ts';
import { leaveOutput, type SilencedCall } from './silence-driver.ts';
import { embeddedSwiftShader, hasEmbeddedDriver } from './embedded-swiftshader.ts';
import { hostMemory, whyNoDriver } from './process-memory.ts';
import { sleepUntil } from './sleep.ts';
import { checkDriversNamed, driverManifests, provideVulkanLoader, useDriver } from './vulkan-loader.ts';
import { dawnNeeds, whatToInstall } from './what-to-install.ts';
import { SentenceError, sentence, setting, type Sentence } from '../util/sentence.ts';

/** No adapter, or not the one that was asked for; the message lists what was tried. */
export class AdapterError extends SentenceError {
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

/** The Vulkan loader, manifests and the software drivers are Linux's; elsewhere Dawn asks Metal or Direct3D 12. */
const onLinux = process.platform === 'linux';

export interface OpeningOptions {
  /** As the device has it; by default what the environment's `FOOL_EXPECTED_LAUNCHES` says. */
  readonly expectedLaunches?: number | undefined;
  /** What drivers are asked in, for a program that does not want their remarks on standard error. */
  readonly listen?: SilencedCall;
}

/** A way to reach drivers: what to set before Vulkan is asked, and what Dawn is told. */
interface Source {
  readonly name: string;
  /** Why it was taken, given whether it is a software driver. */
  readonly reason: (software: boolean) => string;
  readonly accepts: (kind: AdapterKind) => boolean;
  readonly prepare: () => Promise<void> | void;
  /** Whether it can only be a driver on the CPU. */
  readonly software?: boolean;
  readonly options: readonly string[];
}

/**
 * A device dies with the instance of Dawn that it was made by, and the process with it, when that is collected: it is kept
 * for as long as the device is open, however many others are opened meanwhile.
 */
const instances = new Set<GPU>();

/**
 * Opens a device on the best adapter there is. A driver that Dawn refuses, or that gives an adapter but no
 * device, does not end the search.
 * @param choice which adapter; `auto` takes the best there is.
 * @throws AdapterError with every attempt and what to install.
 */
export async function searchGpu(
  choice: AdapterChoice = process.env['FOOL_ADAPTER'] ?? 'auto',
  { expectedLaunches = launchesByEnvironment(), listen = leaveOutput }: OpeningOptions = {},
): Promise<OpenedGpu> {
  const dawn = await loadDawn();
  const attempts: Attempt[] = [];
  for (const source of sourcesFor(choice)) {
    const note = (outcome: string) => attempts.push({ source: source.name, outcome });
    try {
      await source.prepare();
      const refusal = source.software ? whyNoDriver() : undefined;
      if (refusal !== undefined) throw new AdapterError(refusal);
      const found = await ask(dawn, source, listen);
      if (!found) note('no adapter that Dawn accepts');
      else if (!source.accepts(found.description.kind)) note(`only ${found.description.description} there`);
      else {
        const { instance } = found;
        const gpu = await Gpu.open(found.adapter, found.description, {
          ...(found.software && { wait: sleepUntil, host: hostMemory }),
          expectedLaunches,
          onClose: () => instances.delete(instance),
        });
        instances.add(instance);
        note(`taken: ${found.description.description}`);
        return { gpu, attempts };
      }
    } catch (error) {
      note(messageOf(error));
    }
  }
  const tried = attempts.map(({ source, outcome }) => `  ${source}: ${outcome}`).join('\n');
  throw new AdapterError(
    sentence`no WebGPU adapter for ${setting('adapter')} ${choice}. Tried:\n${tried}\n${whatToDo(choice)}`,
  );
}

const whatToDo = (choice: AdapterChoice): string | Sentence =>
  ['auto', 'swiftshader'].includes(choice.toLowerCase())
    ? whatToInstall(process.platform, process.arch, hasEmbeddedDriver())
    : sentence`\`${setting('adapter')} auto\` takes the best adapter there is, and \`fool doctor\` shows it.`;

/** As `searchGpu`, for callers that need the device alone. */
export async function openGpu(choice?: AdapterChoice, options?: OpeningOptions): Promise<Gpu> {
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

function sourcesFor(choice: AdapterChoice): Source[] {
  switch (choice.toLowerCase()) {
    case 'auto':
      return [
        systemSource((software) => (software ? 'no GPU found, a system software driver works' : 'a GPU')),
        ...(onLinux ? lavapipeSources('no GPU found, lavapipe is installed') : []),
        ...(onLinux
          ? [embeddedSource('no GPU and no system driver that works, so the CPU driver from npm')]
          : []),
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
    name: onLinux ? 'system Vulkan drivers' : 'system drivers',
    reason,
    accepts: () => true,
    prepare: async () => {
      if (!onLinux) return;
      useDriver(undefined);
      checkDriversNamed();
      await provideVulkanLoader();
    },
    options: [],
  };
}

function embeddedSource(reason: string): Source {
  return {
    name: 'embedded SwiftShader',
    reason: () => reason,
    accepts: (kind) => kind === 'swiftshader',
    software: true,
    prepare: async () => {
      const { manifest } = await embeddedSwiftShader();
      await provideVulkanLoader();
      useDriver(manifest);
    },
    options: [],
  };
}

/** One source for each manifest of lavapipe, since one may be refused. */
function lavapipeSources(reason: string): Source[] {
  const manifests = driverManifests().filter((manifest) => path.basename(manifest).startsWith('lvp_icd'));
  if (manifests.length === 0) {
    const missing = (): never => {
      throw new AdapterError('not installed (the package mesa-vulkan-drivers, 25 or newer)');
    };
    return [{ name: 'lavapipe', reason: () => reason, accepts: () => false, prepare: missing, options: [] }];
  }
  return manifests.map((manifest) => ({
    name: `lavapipe (${manifest})`,
    reason: () => reason,
    accepts: (kind) => kind === 'lavapipe',
    software: true,
    prepare: async () => {
      await provideVulkanLoader();
      useDriver(manifest);
    },
    options: [],
  }));
}

/** Dawn rounds times of the device to 65 µs, as browsers must; whole kernels are shorter than that. */
const fineClock = 'disable-dawn-features=timestamp_quantization';

interface Found {
  readonly instance: GPU;
  readonly adapter: GPUAdapter;
  readonly description: AdapterDescription;
  /** Also for drivers whose kind has no special kernels, as Windows' WARP. */
  readonly software: boolean;
}

async function ask(
  { create, globals }: Dawn,
  source: Source,
  listen: SilencedCall,
): Promise<Found | undefined> {
  Object.assign(globalThis, globals);
  const instance = create([fineClock, ...source.options]);
  const adapter = await listen(() => instance.requestAdapter({ powerPreference: 'high-performance' }));
  if (!adapter) return undefined;
  const { vendor, architecture, device, description } = adapter.info;
  const label = description || device || vendor;
  const kind = kindOf(`${vendor} ${architecture} ${device} ${description}`.toLowerCase());
  const software = kind !== 'gpu' || adapter.info.isFallbackAdapter;
  const name = kind === 'gpu' ? device || label : kind;
  const reason = source.reason(software);
  return { instance, adapter, description: { name, kind, vendor, description: label, reason }, software };
}

type Dawn = typeof import('webgpu');

async function loadDawn(): Promise<Dawn> {
  try {
    return await import('webgpu');
  } catch (error) {
    throw new AdapterError(
      `the package webgpu, which carries Dawn, does not load: ${messageOf(error)}\n${dawnNeeds}`,
    );
  }
}

function kindOf(text: string): AdapterKind {
  if (text.includes('swiftshader')) return 'swiftshader';
  return text.includes('llvmpipe') || text.includes('lavapipe') ? 'lavapipe' : 'gpu';
}
