// What cppn-values.wgsl is, for more values than private memory should hold: each invocation has its own in a buffer, those of
// neighbours side by side.

const VALUES = 128u; // @tile

@group(0) @binding(8) var<storage, read_write> values: array<vec4f>; // [workgroups, VALUES, LANES]

var<private> own_values: u32;

fn open_values(workgroup: u32, lane: u32) {
  own_values = workgroup * VALUES * LANES + lane;
}

fn value_at(slot: u32) -> vec4f {
  return values[own_values + slot * LANES];
}

fn set_value(slot: u32, value: vec4f) {
  values[own_values + slot * LANES] = value;
}
