// What stored-place.wgsl is, for a result that is the gradient of a max pool's output: what is stored is the gradient of its input, as
// max-pool.wgsl's apart_gradient has it. The pool's windows are 2 × 2, lie side by side and leave nothing out.

override POOLED_WIDTH: u32 = 1u; // of the pool's output

@group(0) @binding(4) var<storage, read> argmax: array<u32>; // as the pool's output

const WINDOW = 2u;

fn place_of_maximum(index: u32) -> Indices {
  return unpacked_indices(argmax[index]);
}

fn place_in_window(place: u32, v: u32, h: u32) -> u32 {
  return (place / POOLED_WIDTH * WINDOW + v) * (POOLED_WIDTH * WINDOW) + place % POOLED_WIDTH * WINDOW + h;
}

fn value_in_window(value: Vector, maximum: Indices, v: u32, h: u32) -> Vector {
  return select(Vector(0.0), value, maximum == Indices(v * WINDOW + h));
}
