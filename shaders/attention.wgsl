// softmax(scale q kT) v, head by head; its twin is `matching` in kernels/src/matching.rs.

struct Size {
    queries: u32,
    keys: u32,
    heads: u32,
    // Of a head; this and the lengths below are in fours. 8 at most.
    width: u32,
    // From a token to the next, from one of the batch to the next, and where the first token is.
    q_step: u32,
    q_batch: u32,
    k_step: u32,
    k_batch: u32,
    k_start: u32,
    v_step: u32,
    v_batch: u32,
    v_start: u32,
    scale: f32,
}

// [batch, queries, heads, width], as the steps say; so are the next two
@group(0) @binding(0) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> k: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> v: array<vec4<f32>>;
// [batch, queries, heads, width]
@group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> size: Size;

fn inner(a: mat4x4<f32>, b: mat4x4<f32>) -> f32 {
    return dot(a[0], b[0]) + dot(a[1], b[1]) + dot(a[2], b[2]) + dot(a[3], b[3]);
}

// Four fours of a head; zero past its end.
fn query_part(start: u32, place: u32) -> mat4x4<f32> {
    var columns = mat4x4<f32>();
    for (var i = 0u; i < 4u; i++) {
        if place + i < size.width {
            columns[i] = size.scale * q[start + place + i];
        }
    }
    return columns;
}

fn key_part(start: u32, place: u32) -> mat4x4<f32> {
    let at = vec4(start) + min(vec4(place) + vec4(0u, 1u, 2u, 3u), vec4(size.width - 1u));
    return mat4x4(k[at.x], k[at.y], k[at.z], k[at.w]);
}

fn value_part(start: u32, place: u32) -> mat4x4<f32> {
    let at = vec4(start) + min(vec4(place) + vec4(0u, 1u, 2u, 3u), vec4(size.width - 1u));
    return mat4x4(v[at.x], v[at.y], v[at.z], v[at.w]);
}

fn write(start: u32, place: u32, value: vec4<f32>) {
    if place < size.width {
        out[start + place] = value;
    }
}

// A query of a head an invocation.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let query = id.x;
    let head = id.y;
    if query >= size.queries {
        return;
    }
    let at = id.z * size.q_batch + query * size.q_step + head * size.width;
    let front = query_part(at, 0u);
    let back = query_part(at, 4u);
    var key = size.k_start + id.z * size.k_batch + head * size.width;
    var value = size.v_start + id.z * size.v_batch + head * size.width;
    var largest = -3e38;
    var total = 0.0;
    var front_sum = mat4x4<f32>();
    var back_sum = mat4x4<f32>();
    for (var i = 0u; i < size.keys; i++) {
        // Places past the end of a head meet zeros of the query.
        let score = inner(front, key_part(key, 0u)) + inner(back, key_part(key, 4u));
        if score > largest {
            let shrink = exp(largest - score);
            total *= shrink;
            front_sum = shrink * front_sum;
            back_sum = shrink * back_sum;
            largest = score;
        }
        let share = exp(score - largest);
        total += share;
        front_sum += share * value_part(value, 0u);
        back_sum += share * value_part(value, 4u);
        key += size.k_step;
        value += size.v_step;
    }
    let start = ((id.z * size.queries + query) * size.heads + head) * size.width;
    write(start, 0u, front_sum[0] / total);
    write(start, 1u, front_sum[1] / total);
    write(start, 2u, front_sum[2] / total);
    write(start, 3u, front_sum[3] / total);
    write(start, 4u, back_sum[0] / total);
    write(start, 5u, back_sum[1] / total);
    write(start, 6u, back_sum[2] / total);
    write(start, 7u, back_sum[3] / total);
}
