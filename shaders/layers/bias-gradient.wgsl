// db[o] = Σ_{pixel, n} dy[o, pixel, n]
//
// One workgroup a channel. Lanes add up strided parts, then halve each other's sums in workgroup memory: the order of
// the additions is fixed, so that a training run can be repeated bit for bit.

override COUNT: u32 = 1u; // vec4s of one channel: pixels × batch / 4
const LANES = 64u;

@group(0) @binding(0) var<storage, read> dy: array<vec4f>; // [channels, COUNT]
@group(0) @binding(1) var<storage, read_write> db: array<f32>; // [channels padded to 4]

var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = vec4f(0.0);
  for (var index = lane; index < COUNT; index += LANES) {
    sum += dy[workgroup.x * COUNT + index];
  }
  partial[lane] = dot(sum, vec4f(1.0));
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      partial[lane] += partial[lane + half];
    }
  }
  if (lane == 0u) {
    db[workgroup.x] = partial[0];
  }
}
