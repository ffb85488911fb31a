/**
 * Weight files that others have published and that this project can read. None of them is bundled: each has
 * about 244 MB and its own licence. Sizes and hashes are the publishers'; nothing is used that does not have
 * them.
 */
import { preprocessingOf } from '../model/architectures/index.ts';

/** A weight file that others publish, and how to check and import it. */
export interface KnownWeights {
  /** What users call it: `fool weights fetch NAME`. */
  readonly name: string;
  /** The publisher's file name, which the cache keeps. */
  readonly file: string;
  /** Where it is served, in the order to try. */
  readonly urls: readonly string[];
  readonly bytes: number;
  /** In hexadecimal; every one that stands here must hold, and one does. */
  readonly hashes: Readonly<Partial<Record<HashAlgorithm, string>>>;
  readonly licence: string;
  /** The page that describes the model and states its licence. */
  readonly page: string;
  /** A name that `--arch` takes. */
  readonly architecture: string;
  /** Options of `fool import` that say how the network was fed when it was trained. */
  readonly preprocessing: readonly string[];
}

export const hashAlgorithms = ['sha256', 'sha1'] as const;
/** Algorithms that publishers give hashes by. */
export type HashAlgorithm = (typeof hashAlgorithms)[number];

/** What an import of the architecture assumes anyway, said so that its command shows it; a scale of 1 is none. */
function usualOptions(architecture: string): string[] {
  const { mean = '0', channels = 'rgb', scale = '1' } = preprocessingOf(architecture);
  return ['--mean', mean, '--channels', channels, ...(scale === '1' ? [] : ['--scale', scale])];
}

/**
 * The ONNX model zoo serves nothing by Git LFS any more, officially since July 2025; its files moved to
 * Hugging Face. GitHub stays as the second place to try.
 */
function modelZoo(path: string): string[] {
  const file = `validated/vision/classification/${path}`;
  return [
    `https://huggingface.co/onnxmodelzoo/legacy_models/resolve/main/${file}`,
    `https://media.githubusercontent.com/media/onnx/models/main/${file}`,
  ];
}

/**
 * Where the numbers come from: for ONNX, the Git LFS pointers of github.com/onnx/models; for Caffe, the SHA-1
 * of the model's own page, its SHA-256 as Homebrew, nixpkgs and OpenVINO pin it, its size as OpenVINO does; for
 * torchvision, whose file name holds the first eight digits, the hash and size that several projects pin.
 */
export const knownWeights: readonly KnownWeights[] = [
  {
    name: 'caffenet-onnx',
    file: 'caffenet-9.onnx',
    urls: modelZoo('caffenet/model/caffenet-9.onnx'),
    bytes: 243_863_553,
    hashes: { sha256: '802138332cf3e423c82a9a80c76e4f9227dd4effb3aba55413601fa4345cfd36' },
    licence: 'BSD-3-Clause',
    page: 'https://github.com/onnx/models/tree/main/validated/vision/classification/caffenet',
    architecture: 'caffenet',
    preprocessing: usualOptions('caffenet'),
  },
  {
    name: 'bvlcalexnet-onnx',
    file: 'bvlcalexnet-8.onnx',
    urls: modelZoo('alexnet/model/bvlcalexnet-8.onnx'),
    bytes: 243_863_542,
    hashes: { sha256: '9a4dc22fd706a19462aaec3b08e027e0ef89daf63d123824f20b59b6de9a727b' },
    licence: 'BSD-3-Clause',
    page: 'https://github.com/onnx/models/tree/main/validated/vision/classification/alexnet',
    architecture: 'alexnet',
    preprocessing: usualOptions('alexnet'),
  },
  {
    name: 'bvlc-caffenet',
    file: 'bvlc_reference_caffenet.caffemodel',
    urls: ['http://dl.caffe.berkeleyvision.org/bvlc_reference_caffenet.caffemodel'],
    bytes: 243_862_418,
    hashes: {
      sha256: '472d4a06035497b180636d8a82667129960371375bd10fcb6df5c6c7631f25e0',
      sha1: '4c8d77deb20ea792f84eb5e6d0a11ca0a8660a46',
    },
    licence: 'unrestricted use',
    page: 'https://github.com/BVLC/caffe/tree/master/models/bvlc_reference_caffenet',
    architecture: 'caffenet',
    preprocessing: usualOptions('caffenet'),
  },
  {
    name: 'torchvision-alexnet',
    file: 'alexnet-owt-7be5be79.pth',
    urls: ['https://download.pytorch.org/models/alexnet-owt-7be5be79.pth'],
    bytes: 244_408_911,
    hashes: { sha256: '7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02' },
    licence: 'BSD-3-Clause',
    page: 'https://pytorch.org/vision/stable/models/alexnet.html',
    architecture: 'alexnet-torchvision',
    preprocessing: usualOptions('alexnet-torchvision'),
  },
];
