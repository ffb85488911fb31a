// A rectified linear unit of a Vector, alone or behind a sum that is about to be stored. NaN stays NaN, which max() would hide:
// what overflows is not to look like an answer.

override RECTIFIED: bool = false; // whether a unit follows the sum

fn rectified(value: Vector) -> Vector {
  return select(value, Vector(0.0), value < Vector(0.0));
}

// What is stored.
fn finished(value: Vector) -> Vector {
  return select(value, rectified(value), RECTIFIED);
}
