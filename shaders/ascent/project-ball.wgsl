// Keeps images within a ball around the pictures that they started from (Madry et al. 2018), and says how they are to be
// rounded so that their bytes are within it, too.
//
//   clamp_to_cube:  X ← clamp(X, centre − RADIUS, centre + RADIUS)
//   distance:       partial[part, image] = Σ over values part, part + PARTS, … of (X[value, image] − centre[value, image])²
//   shrink:         factor[image] = min(1, RADIUS / √Σ partial)
//   project:        X ← centre + factor[image] · (X − centre)
//   squares:        squares[level, part, image] = Σ over the same values of change(X − centre, shift(level))²
//   choose:         shifts[image] = the largest shift whose Σ squares ≤ RADIUS²
//
// with change(d, shift) = max(⌊|d| + shift⌋, 0), the bytes by which a value is changed: shift ½ is the nearest byte, 0 the next
// one towards the start. Rounding to the nearest one adds about 1/12 to the square of every value that moves, so an image on
// the ball's surface would leave it; the shift is the least that keeps it in. Sums are of whole numbers, and exact.

// @use grid

override VALUES: u32 = 1u;
override BATCH: u32 = 1u; // in vec4s
override PARTS: u32 = 256u;
override RADIUS: f32 = 1.0;
// ⌊RADIUS²⌋ in units of 65,536, and what is left.
override LIMIT_HIGH: u32 = 0u;
override LIMIT_LOW: u32 = 1u;
const LEVELS = 17u;
const CHOOSING_LANES = 32u;

@group(0) @binding(0) var<storage, read_write> x: array<vec4f>; // [VALUES, BATCH]
@group(0) @binding(1) var<storage, read> centre: array<vec4f>;  // [VALUES, BATCH]
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>; // [PARTS, BATCH]
@group(0) @binding(3) var<storage, read_write> factor: array<vec4f>;  // [BATCH]
@group(0) @binding(4) var<storage, read_write> squares_of: array<vec4u>; // [LEVELS, PARTS, BATCH]
@group(0) @binding(5) var<storage, read_write> shifts: array<vec4f>;     // [BATCH]

var<workgroup> fitting: array<vec4u, CHOOSING_LANES>;

@compute @workgroup_size(LANES)
fn clamp_to_cube(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < VALUES * BATCH) {
    x[index] = clamp(x[index], centre[index] - RADIUS, centre[index] + RADIUS);
  }
}

@compute @workgroup_size(LANES)
fn distance_parts(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= PARTS * BATCH) {
    return;
  }
  var sum = vec4f(0.0);
  for (var at = index; at < VALUES * BATCH; at += PARTS * BATCH) {
    let apart = x[at] - centre[at];
    sum += apart * apart;
  }
  partial[index] = sum;
}

@compute @workgroup_size(LANES)
fn shrink(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= BATCH) {
    return;
  }
  var square = vec4f(0.0);
  for (var part = 0u; part < PARTS; part++) {
    square += partial[part * BATCH + id.x];
  }
  factor[id.x] = min(vec4f(1.0), RADIUS / max(sqrt(square), vec4f(1e-30)));
}

@compute @workgroup_size(LANES)
fn project(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= VALUES * BATCH) {
    return;
  }
  x[index] = centre[index] + factor[index % BATCH] * (x[index] - centre[index]);
}

// The last one is for what stands on a whole number that its own rounding has brought it to.
fn shift_of(level: u32) -> f32 {
  return select(0.5 - f32(level) / 32.0, -1.0, level == LEVELS - 1u);
}

@compute @workgroup_size(LANES)
fn squares(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= PARTS * BATCH) {
    return;
  }
  var sums: array<vec4u, LEVELS>;
  for (var at = index; at < VALUES * BATCH; at += PARTS * BATCH) {
    let apart = abs(x[at] - centre[at]);
    for (var level = 0u; level < LEVELS; level++) {
      let change = vec4u(max(floor(apart + shift_of(level)), vec4f(0.0)));
      sums[level] += change * change;
    }
  }
  for (var level = 0u; level < LEVELS; level++) {
    squares_of[level * PARTS * BATCH + index] = sums[level];
  }
}

@compute @workgroup_size(CHOOSING_LANES)
fn choose(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = workgroup.x;
  if (lane < LEVELS) {
    var high = vec4u(0u);
    var low = vec4u(0u);
    for (var part = 0u; part < PARTS; part++) {
      let sum = squares_of[(lane * PARTS + part) * BATCH + quad];
      high += sum >> vec4u(16u);
      low += sum & vec4u(0xffffu);
    }
    high += low >> vec4u(16u);
    low &= vec4u(0xffffu);
    let fits = (high < vec4u(LIMIT_HIGH)) | ((high == vec4u(LIMIT_HIGH)) & (low <= vec4u(LIMIT_LOW)));
    fitting[lane] = select(vec4u(0u), vec4u(1u), fits);
  }
  workgroupBarrier();
  if (lane > 0u) {
    return;
  }
  var shift = vec4f(shift_of(LEVELS - 1u));
  for (var level = LEVELS - 1u; level > 0u; level--) {
    shift = select(shift, vec4f(shift_of(level - 1u)), fitting[level - 1u] == vec4u(1u));
  }
  shifts[quad] = shift;
}
