// LayerNorm of rows; its twin is `layer_norm` in kernels/src/pointwise.rs.

struct Size {
    rows: u32,
    // Columns, in fours.
    columns: u32,
}

const EPSILON: f32 = 1e-5;

// [rows, columns]
@group(0) @binding(0) var<storage, read> input: array<vec4<f32>>;
// [columns]
@group(0) @binding(1) var<storage, read> gamma: array<vec4<f32>>;
// [columns]
@group(0) @binding(2) var<storage, read> beta: array<vec4<f32>>;
// [rows, columns]
@group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> size: Size;

// A row an invocation.
@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= size.rows {
        return;
    }
    let start = id.x * size.columns;
    let count = 4.0 * f32(size.columns);
    var sum = 0.0;
    for (var i = 0u; i < size.columns; i++) {
        sum += dot(input[start + i], vec4(1.0));
    }
    let mean = sum / count;
    var squares = 0.0;
    for (var i = 0u; i < size.columns; i++) {
        let distance = input[start + i] - mean;
        squares += dot(distance, distance);
    }
    let factor = inverseSqrt(squares / count + EPSILON);
    for (var i = 0u; i < size.columns; i++) {
        out[start + i] = (input[start + i] - mean) * factor * gamma[i] + beta[i];
    }
}
