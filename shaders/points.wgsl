// Rings around points, in the colours of their channels, with a dark edge that is seen on any ground; the twin is `ring` in
// src/gpu/points.rs.

struct Rings {
    // Pixels of the canvas, and of the square that hold the frame.
    canvas: vec2<f32>,
    fitted: vec2<f32>,
    // Pixels of the square along a side of a cell.
    stride: f32,
    // Of a ring in pixels of the canvas.
    radius: f32,
    opacity: f32,
    // Points that are lower are not drawn, those that are lower than `sure` faintly.
    least: f32,
    sure: f32,
}

struct Peak {
    x: f32,
    y: f32,
    height: f32,
    channel: u32,
}

struct Ring {
    @builtin(position) position: vec4<f32>,
    // From the point, in radii.
    @location(0) away: vec2<f32>,
    @location(1) @interpolate(flat) channel: u32,
    @location(2) @interpolate(flat) opacity: f32,
}

@group(0) @binding(0) var<uniform> rings: Rings;
@group(0) @binding(1) var<storage, read> peaks: array<Peak>;
// A scale of 256 steps, then a colour a channel.
@group(0) @binding(2) var<storage, read> colours: array<u32>;

const STEPS: u32 = 256u;
// Half of what the dark edge and the colour take of a radius.
const EDGE: f32 = 0.45;
const COLOUR: f32 = 0.25;

@vertex
fn around(@builtin(vertex_index) vertex: u32, @builtin(instance_index) number: u32) -> Ring {
    // Two triangles, as far as the edge and a pixel reach.
    var corners = array(vec2(-1.0, -1.0), vec2(1.0, -1.0), vec2(-1.0, 1.0), vec2(-1.0, 1.0), vec2(1.0, -1.0), vec2(1.0, 1.0));
    var ring = Ring(vec4(2.0, 2.0, 0.0, 1.0), vec2(0.0), 0u, 0.0);
    if number >= arrayLength(&peaks) || peaks[number].height < rings.least {
        return ring;
    }
    let peak = peaks[number];
    let cell = (vec2(peak.x, peak.y) + 0.5) * rings.stride;
    let point = clamp(cell * rings.canvas / rings.fitted, vec2(0.0), rings.canvas);
    ring.away = corners[vertex] * (1.0 + EDGE + 1.0 / rings.radius);
    let pixel = point + ring.away * rings.radius;
    ring.position = vec4((2.0 * pixel / rings.canvas - 1.0) * vec2(1.0, -1.0), 0.0, 1.0);
    ring.channel = peak.channel;
    ring.opacity = rings.opacity * select(1.0, 0.5, peak.height < rings.sure);
    return ring;
}

@fragment
fn ring(ring: Ring) -> @location(0) vec4<f32> {
    let off = abs(length(ring.away) - 1.0) * rings.radius;
    // The share of a pixel that lies within.
    let dark = clamp(EDGE * rings.radius - off + 0.5, 0.0, 1.0) * ring.opacity;
    let lit = clamp(COLOUR * rings.radius - off + 0.5, 0.0, 1.0) * ring.opacity;
    let colour = unpack4x8unorm(colours[STEPS + ring.channel]);
    return vec4(colour.rgb * lit, dark * (1.0 - lit) + lit);
}
