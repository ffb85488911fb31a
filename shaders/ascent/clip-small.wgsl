// Sets the pixels of the smallest keys to zero: regularisers of gradient ascent (the paper's supplement).
//
//   key[p] = Σ_c X[c, p]²                  orders pixels by their norm over the channels
//   key[p] = |Σ_c X[c, p] · g[c, p]|       with CONTRIBUTION: by what they contribute to the objective, to first order
//
//   threshold:  threshold[image] = the key of rank RANK, counted from 0 for the smallest, among the image's pixels
//   clear:      X[c, p, image] = 0 where key[p] < threshold[image]
//
// Keys are not negative, so that their bits, read as a whole number, are in the same order; only bits are compared. NaN is
// above all others and thereby stays. Radix selection: from the uppermost byte down, count how often each byte occurs among
// the keys that share the bytes found so far, then take the byte at which the count passes the rank. A workgroup
// serves the four images of a vec4, so that nothing that it loads is wasted.

// @use grid

override CHANNELS: u32 = 1u;
override PIXELS: u32 = 784u; // of one channel
override BATCH: u32 = 1u;    // in vec4s
override RANK: u32 = 0u;     // below PIXELS
override CONTRIBUTION: bool = false;

@group(0) @binding(0) var<storage, read_write> x: array<vec4f>;          // [CHANNELS, PIXELS, BATCH]
@group(0) @binding(1) var<storage, read> g: array<vec4f>;                // as x; bound always, read with CONTRIBUTION alone
@group(0) @binding(2) var<storage, read_write> thresholds: array<vec4u>; // [BATCH], bits of floats

// Both entry points take it from here: a key that came out different in its last bit would fall on the wrong side.
fn key_of(pixel: u32, quad: u32) -> vec4u {
  var sum = vec4f(0.0);
  for (var channel = 0u; channel < CHANNELS; channel++) {
    let at = (channel * PIXELS + pixel) * BATCH + quad;
    if (CONTRIBUTION) {
      sum += x[at] * g[at];
    } else {
      sum += x[at] * x[at];
    }
  }
  return bitcast<vec4u>(sum) & vec4u(0x7fffffffu);
}

var<workgroup> histogram: array<array<atomic<u32>, 256>, 4>; // of each image
var<workgroup> found: array<u32, 4>; // the threshold's bytes so far
var<workgroup> rank: array<u32, 4>;  // among the keys that share them

@compute @workgroup_size(LANES)
fn threshold(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (lane < 4u) {
    rank[lane] = RANK;
  }
  for (var shift = 32u; shift > 0u;) {
    shift -= 8u;
    for (var bin = lane; bin < 256u; bin += LANES) {
      for (var image = 0u; image < 4u; image++) {
        atomicStore(&histogram[image][bin], 0u);
      }
    }
    workgroupBarrier();
    let above = vec4u(found[0], found[1], found[2], found[3]);
    let known = select(0xffffffffu << ((shift + 8u) % 32u), 0u, shift == 24u);
    for (var pixel = lane; pixel < PIXELS; pixel += LANES) {
      let key = key_of(pixel, workgroup.x);
      for (var image = 0u; image < 4u; image++) {
        if ((key[image] & known) == above[image]) {
          atomicAdd(&histogram[image][(key[image] >> shift) & 255u], 1u);
        }
      }
    }
    workgroupBarrier();
    if (lane < 4u) {
      var bin = 0u;
      var left = rank[lane];
      for (; bin < 255u; bin++) {
        let count = atomicLoad(&histogram[lane][bin]);
        if (left < count) {
          break;
        }
        left -= count;
      }
      rank[lane] = left;
      found[lane] |= bin << shift;
    }
    workgroupBarrier();
  }
  if (lane == 0u) {
    thresholds[workgroup.x] = vec4u(found[0], found[1], found[2], found[3]);
  }
}

@compute @workgroup_size(LANES)
fn clear(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= PIXELS * BATCH) {
    return;
  }
  let quad = index % BATCH;
  let pixel = index / BATCH;
  let small = key_of(pixel, quad) < thresholds[quad];
  if (!any(small)) {
    return;
  }
  for (var channel = 0u; channel < CHANNELS; channel++) {
    let at = (channel * PIXELS + pixel) * BATCH + quad;
    x[at] = select(x[at], vec4f(0.0), small);
  }
}
