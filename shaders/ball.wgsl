// Keeps images within a Euclidean ball around a picture (Madry et al. 2018).
//
//   distance:  partial[part, slot] = Σ over values part, part + PARTS, … of (X[value, slot] − centre[value])²
//   shrink:    factor[slot] = min(1, RADIUS / √Σ partial)
//   project:   X[value, slot] ← centre[value] + factor[slot] · (X[value, slot] − centre[value])

override VALUES: u32 = 1u;
override BATCH: u32 = 1u; // in vec4s
override PARTS: u32 = 256u;
override RADIUS: f32 = 1.0;
override LANES: u32 = 64u;

@group(0) @binding(0) var<storage, read_write> x: array<vec4f>; // [VALUES, BATCH]
@group(0) @binding(1) var<storage, read> centre: array<f32>;    // [VALUES]
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>; // [PARTS, BATCH]
@group(0) @binding(3) var<storage, read_write> factor: array<vec4f>;  // [BATCH]

@compute @workgroup_size(LANES)
fn distance_parts(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index >= PARTS * BATCH) {
    return;
  }
  var sum = vec4f(0.0);
  for (var at = index; at < VALUES * BATCH; at += PARTS * BATCH) {
    let apart = x[at] - centre[at / BATCH];
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
  let index = id.y * workgroups.x * LANES + id.x;
  if (index >= VALUES * BATCH) {
    return;
  }
  let middle = vec4f(centre[index / BATCH]);
  x[index] = middle + factor[index % BATCH] * (x[index] - middle);
}
