// out = skip + act(bias + left right), for the matrices of a batch; its twin is `product` in kernels/src/product.rs.

// What `right` and `out` hold; f16 in maps within a block, where the device has it.
alias Read = f32;
alias Written = f32;

struct Size {
    // Of `left` and `out`.
    rows: u32,
    // Columns of `left` and rows of `right`, in fours.
    inner: u32,
    // Of `right` and `out`, in fours.
    columns: u32,
    // Sum of the constants below.
    what: u32,
    // From one of the batch to the next, in fours; 0 where all share one.
    right_step: u32,
    skip_step: u32,
    // Where `left` begins, and from a row of it to the next, in fours.
    left_start: u32,
    left_stride: u32,
}

// `left` lies as [inner, rows], rows in fours.
const LEFT_TRANSPOSED: u32 = 1u;
const BIAS_OF_ROWS: u32 = 2u;
const BIAS_OF_COLUMNS: u32 = 4u;
const RELU6: u32 = 8u;
const GELU: u32 = 16u;
const SKIP: u32 = 32u;
// `right` lies as [columns, inner].
const RIGHT_TRANSPOSED: u32 = 64u;

// [rows, inner], the same for the whole batch
@group(0) @binding(0) var<storage, read> left: array<vec4<f32>>;
// [inner, columns]
@group(0) @binding(1) var<storage, read> right: array<vec4<Read>>;
// [rows] or [columns]
@group(0) @binding(2) var<storage, read> bias: array<f32>;
// [rows, columns]
@group(0) @binding(3) var<storage, read> skip: array<vec4<f32>>;
// [batch, rows, columns]
@group(0) @binding(4) var<storage, read_write> out: array<vec4<Written>>;
@group(0) @binding(5) var<uniform> size: Size;

fn has(what: u32) -> bool {
    return (size.what & what) != 0u;
}

// Abramowitz and Stegun, 7.1.26.
fn erf(x: vec4<f32>) -> vec4<f32> {
    let t = 1.0 / (1.0 + 0.3275911 * abs(x));
    let series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return sign(x) * (1.0 - series * exp(-x * x));
}

fn finish(row: u32, column: u32, batch: u32, sum: vec4<f32>) {
    if row >= size.rows || column >= size.columns {
        return;
    }
    var value = sum;
    if has(BIAS_OF_ROWS) {
        value += bias[row];
    }
    if has(BIAS_OF_COLUMNS) {
        let at = 4u * column;
        value += vec4(bias[at], bias[at + 1u], bias[at + 2u], bias[at + 3u]);
    }
    if has(RELU6) {
        value = clamp(value, vec4(0.0), vec4(6.0));
    }
    if has(GELU) {
        value = 0.5 * value * (1.0 + erf(value * 0.70710678));
    }
    let at = row * size.columns + column;
    if has(SKIP) {
        value += skip[batch * size.skip_step + at];
    }
    out[batch * size.rows * size.columns + at] = vec4<Written>(value);
}

// Where four rows of `left` from `row` on are read first: each row, or four inner places if it is transposed.
fn left_places(row: u32) -> vec4<u32> {
    let start = size.left_start;
    let steps = vec4(0u, 1u, 2u, 3u);
    if has(LEFT_TRANSPOSED) {
        return vec4(start + row / 4u) + steps * (size.rows / 4u);
    }
    return vec4(start) + min(vec4(row) + steps, vec4(size.rows - 1u)) * size.left_stride;
}

// The same for the columns of `right`: four inner places, or each column if it is transposed.
fn right_places(column: u32, batch: u32) -> vec4<u32> {
    let start = batch * size.right_step;
    let steps = vec4(0u, 1u, 2u, 3u);
    let within = min(column, size.columns - 1u);
    if has(RIGHT_TRANSPOSED) {
        return vec4(start) + (4u * within + steps) * size.inner;
    }
    return vec4(start + within) + steps * size.columns;
}

fn right_tile(at: vec4<u32>) -> mat4x4<f32> {
    return mat4x4(vec4<f32>(right[at.x]), vec4<f32>(right[at.y]), vec4<f32>(right[at.z]), vec4<f32>(right[at.w]));
}

// Eight rows and eight columns an invocation.
@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let column = 2u * id.x;
    let row = 8u * id.y;
    if column >= size.columns || row >= size.rows {
        return;
    }
    var upper = left_places(row);
    var lower = left_places(row + 4u);
    var near = right_places(column, id.z);
    var far = right_places(column + 1u, id.z);
    let left_step = select(1u, size.rows, has(LEFT_TRANSPOSED));
    let right_step = select(4u * size.columns, 1u, has(RIGHT_TRANSPOSED));
    // Columns are rows of what is written, each four of its columns.
    var upper_near = mat4x4<f32>();
    var upper_far = mat4x4<f32>();
    var lower_near = mat4x4<f32>();
    var lower_far = mat4x4<f32>();
    for (var inner = 0u; inner < size.inner; inner++) {
        var a = mat4x4(left[upper.x], left[upper.y], left[upper.z], left[upper.w]);
        var b = mat4x4(left[lower.x], left[lower.y], left[lower.z], left[lower.w]);
        if has(LEFT_TRANSPOSED) {
            a = transpose(a);
            b = transpose(b);
        }
        var c = right_tile(near);
        var d = right_tile(far);
        if has(RIGHT_TRANSPOSED) {
            c = transpose(c);
            d = transpose(d);
        }
        upper_near += c * a;
        upper_far += d * a;
        lower_near += c * b;
        lower_far += d * b;
        upper += left_step;
        lower += left_step;
        near += right_step;
        far += right_step;
    }
    for (var i = 0u; i < 4u; i++) {
        finish(row + i, column, id.z, upper_near[i]);
        finish(row + i, column + 1u, id.z, upper_far[i]);
        finish(row + 4u + i, column, id.z, lower_near[i]);
        finish(row + 4u + i, column + 1u, id.z, lower_far[i]);
    }
}
