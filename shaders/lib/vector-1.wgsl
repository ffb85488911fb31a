// What vector.wgsl is, for a batch of one image.

const WIDTH = 1u;

alias Vector = f32;
alias Indices = u32;
alias FourVectors = vec4f;

fn components(v: Vector) -> array<f32, WIDTH> {
  return array(v);
}

fn of_components(parts: array<f32, WIDTH>) -> Vector {
  return parts[0];
}

// The first of four values.
fn first_of_four(v: vec4f) -> Vector {
  return v.x;
}

// Zeros after them.
fn padded_to_four(v: Vector) -> vec4f {
  return vec4f(v, 0.0, 0.0, 0.0);
}

// Indices below 256, a byte each.
fn packed_indices(v: Indices) -> u32 {
  return v;
}

fn unpacked_indices(word: u32) -> Indices {
  return word & 255u;
}
