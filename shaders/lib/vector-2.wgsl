// What vector.wgsl is, for a batch of two images.

const WIDTH = 2u;

alias Vector = vec2f;
alias Indices = vec2u;
alias FourVectors = mat4x2f;

fn components(v: Vector) -> array<f32, WIDTH> {
  return array(v.x, v.y);
}

fn of_components(parts: array<f32, WIDTH>) -> Vector {
  return vec2f(parts[0], parts[1]);
}

// The first of four values.
fn first_of_four(v: vec4f) -> Vector {
  return v.xy;
}

// Zeros after them.
fn padded_to_four(v: Vector) -> vec4f {
  return vec4f(v, 0.0, 0.0);
}

// Indices below 256, a byte each.
fn packed_indices(v: Indices) -> u32 {
  return v.x | (v.y << 8u);
}

fn unpacked_indices(word: u32) -> Indices {
  return vec2u(word, word >> 8u) & vec2u(255u);
}
