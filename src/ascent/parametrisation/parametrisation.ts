/** The numbers that are climbed, and how a picture is made of them. */
import type { CppnGenome } from '../../genome/genome.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Dispatch, Program } from '../../gpu/program.ts';
import type { Objective } from '../objective/objective.ts';

/** What the numbers are that are climbed, and how they become pictures: buffers, and a program for each way. */
export interface Parametrisation {
  /** Numbers of one lane. */
  readonly values: number;
  /** [values, batch]. */
  readonly parameters: GPUBuffer;
  /** Gradient of the objective with respect to the parameters, [values, batch]; may be the image's own. */
  readonly gradient: GPUBuffer;
  /** Parameters → picture: bytes [batch, channels, plane words · 4], gray or RGB. */
  readonly draw: Program;
  /** Image gradient [channels, height, width, batch], per byte and in the network's channel order → `gradient`. */
  readonly pullBack: Program;
  /** Between which the parameters are kept: (least, most) of each value, [values, 2]. */
  readonly bounds: Float32Array<ArrayBuffer>;
  /** Parameters [values, batch] of what each lane starts from, where they are kept around it. */
  readonly centre?: GPUBuffer;
  /**
   * Whether the parameters are the picture minus the mean image, [channels, height, width, batch]: blurs and clipping of small
   * pixels then fit them. Default: false.
   */
  readonly isImage?: boolean;
  /**
   * Whether the parameters hold their start, made for the objectives of the lanes: none is written, and lanes cannot take another
   * objective. Default: false.
   */
  readonly hasStart?: boolean;
  /** Whether the parameters of the best pictures are kept beside them. Default: false. */
  readonly keepsParameters?: boolean;
  /** Frees what it took on the device. */
  destroy(): void;
}

/** What a parametrisation is made for: the shape of the pictures, and buffers that are shared with the objective graph. */
export interface ParametrisationShape {
  /** Of the picture. */
  readonly extent: readonly [channels: number, height: number, width: number];
  /** Lanes, a multiple of 4. */
  readonly batch: number;
  /** Mean image [channels, height, width] in the network's channel order. */
  readonly mean: Float32Array<ArrayBuffer>;
  /** Whether the network wants blue first. */
  readonly reverseChannels: boolean;
  /** Bytes [batch, channels, plane words · 4] to draw into. */
  readonly images: GPUBuffer;
  /** [channels, height, width, batch]. */
  readonly imageGradient: GPUBuffer;
}

/** A parametrisation that an ascent can climb, and read genomes of where its parameters belong to some. */
export interface ClimbableParametrisation extends Parametrisation {
  /** The genome of every lane, where parameters are those of genomes. @param parameters [values, batch] */
  genomesOf?(parameters: Float32Array<ArrayBuffer>): CppnGenome[];
}

/** How a picture is drawn of X [channels, height, width, batch]. */
export interface DrawAround {
  /** To the nearest bytes. */
  nearest(x: GPUBuffer): Promise<Dispatch>;
  /** To the centre's bytes and the changes that shifts [batch] leave. */
  around(x: GPUBuffer, centre: GPUBuffer, shifts: GPUBuffer): Promise<Dispatch>;
}

/** What a parametrisation is made with. */
export interface ParametrisationContext {
  readonly gpu: Gpu;
  readonly shape: ParametrisationShape;
  /** Makes bytes of an image minus the mean image. */
  readonly draw: DrawAround;
  /** Of the lanes. */
  readonly objectives: readonly Objective[];
  readonly seed: number;
}
