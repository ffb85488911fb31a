// The values of a CPPN at four pixels, in an invocation's private memory. Genomes that hold many values at once have
// cppn-stored-values.wgsl in its place.

const VALUES = 16u; // @tile

var<private> values: array<vec4f, VALUES>;

fn open_values(workgroup: u32, lane: u32) {
}

fn value_at(slot: u32) -> vec4f {
  return values[slot];
}

fn set_value(slot: u32, value: vec4f) {
  values[slot] = value;
}
