//! The device that Burn and our own shaders share.

use std::any::Any;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use burn::backend::Wgpu;
use burn::cubecl::wgpu::{AutoCompiler, WgpuServer};
use burn::tensor::wgpu::{MemoryConfiguration, WgpuSetup, wgpu};
use burn::tensor::{Device, Tensor};

use crate::error::{Error, ErrorKind, Result};

/// Burn's device, opened by us, with the handles that it is made of.
#[derive(Clone)]
pub struct Gpu {
    pub burn: Device,
    pub setup: WgpuSetup,
}

/// A tensor's memory while a pass uses it.
pub struct Resident {
    buffer: wgpu::Buffer,
    offset: u64,
    size: u64,
    /// Keeps the memory where it is.
    _held: Box<dyn Any>,
}

impl Gpu {
    /// Opens the device. A process has one.
    ///
    /// # Errors
    /// `adapter-refused`.
    pub async fn open() -> Result<Self> {
        // Shaders must not write to a buffer that they also read; browsers have no other memory.
        let memory = MemoryConfiguration::ExclusivePages;
        let opened = Device::wgpu_options().memory_config(memory).init_with_setup_async();
        let (burn, setup) =
            opened.await.map_err(|error| ErrorKind::AdapterRefused(error.to_string()))?;
        #[cfg(target_family = "wasm")]
        give_up_without_memory(&setup.device);
        Ok(Self { burn, setup })
    }

    pub(crate) fn device(&self) -> &wgpu::Device {
        &self.setup.device
    }

    pub(crate) fn queue(&self) -> &wgpu::Queue {
        &self.setup.queue
    }

    /// The memory of a tensor. All that was asked of Burn until now is on the queue afterwards, so that a pass that is
    /// submitted next sees what is in it.
    ///
    /// # Errors
    /// `device-lost`.
    pub(crate) fn resident<const D: usize>(&self, tensor: Tensor<D>) -> Result<Resident> {
        let tensor = tensor.try_into_primitive::<Wgpu>().map_err(Error::device_lost)?;
        if !tensor.is_contiguous() {
            return Err(Error::device_lost("a tensor does not lie in order"));
        }
        let held = tensor
            .client
            .get_resource::<WgpuServer<AutoCompiler>>(tensor.handle)
            .map_err(Error::device_lost)?;
        let memory = held.resource();
        let (buffer, offset, size) = (memory.buffer.clone(), memory.offset, memory.size);
        Ok(Resident { buffer, offset, size, _held: Box::new(held) })
    }

    /// Waits for the GPU to be done with all that is on the queue, without reading anything.
    pub fn done(&self) -> impl Future<Output = ()> + use<> {
        #[derive(Default)]
        struct State {
            done: bool,
            waker: Option<Waker>,
        }
        let state = Arc::new(Mutex::new(State::default()));
        let callback = state.clone();
        self.queue().on_submitted_work_done(move || {
            let mut state = callback.lock().expect("nothing panics with it");
            state.done = true;
            if let Some(waker) = state.waker.take() {
                waker.wake();
            }
        });
        poll_fn(move |context| {
            let mut state = state.lock().expect("nothing panics with it");
            if state.done {
                return Poll::Ready(());
            }
            state.waker = Some(context.waker().clone());
            Poll::Pending
        })
    }

    fn shader(&self, label: &str, source: &str) -> wgpu::ShaderModule {
        self.device().create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(label),
            source: wgpu::ShaderSource::Wgsl(source.into()),
        })
    }

    /// A pass of one entry point of a shader that computes.
    pub(crate) fn compute_pipeline(
        &self,
        label: &str,
        source: &str,
        entry_point: &str,
    ) -> wgpu::ComputePipeline {
        self.device().create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(label),
            layout: None,
            module: &self.shader(label, source),
            entry_point: Some(entry_point),
            compilation_options: Default::default(),
            cache: None,
        })
    }

    /// A pass of a shader that draws: its entry points for corners and for pixels, and what it draws onto.
    pub(crate) fn render_pipeline(
        &self,
        label: &str,
        source: &str,
        [corner, pixel]: [&str; 2],
        target: wgpu::ColorTargetState,
    ) -> wgpu::RenderPipeline {
        let module = self.shader(label, source);
        self.device().create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(label),
            layout: None,
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some(corner),
                compilation_options: Default::default(),
                buffers: &[],
            },
            primitive: Default::default(),
            depth_stencil: None,
            multisample: Default::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some(pixel),
                compilation_options: Default::default(),
                targets: &[Some(target)],
            }),
            multiview_mask: None,
            cache: None,
        })
    }

    pub(crate) fn buffer(&self, bytes: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        self.device().create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: bytes,
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// Writes 32-bit words to the start of a buffer.
    pub(crate) fn write(&self, buffer: &wgpu::Buffer, words: &[u32]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.queue().write_buffer(buffer, 0, &bytes);
    }

    /// A pass that draws onto a texture.
    pub(crate) fn pass<'a>(
        &self,
        encoder: &'a mut wgpu::CommandEncoder,
        target: &wgpu::TextureView,
        load: wgpu::LoadOp<wgpu::Color>,
    ) -> wgpu::RenderPass<'a> {
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: target,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load, store: wgpu::StoreOp::Store },
            })],
            ..Default::default()
        })
    }

    pub(crate) fn bind(
        &self,
        layout: &wgpu::BindGroupLayout,
        resources: &[wgpu::BindingResource],
    ) -> wgpu::BindGroup {
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource: resource.clone() })
            .collect();
        let descriptor = wgpu::BindGroupDescriptor { label: None, layout, entries: &entries };
        self.device().create_bind_group(&descriptor)
    }
}

/// A device that runs out of memory is given up as a lost one is, so that whoever waits learns of it and the CPU can take
/// over; Burn's handler ends the module. Any other error is a mistake of ours and still does.
#[cfg(target_family = "wasm")]
fn give_up_without_memory(device: &wgpu::Device) {
    let given_up = device.clone();
    device.on_uncaptured_error(Arc::new(move |error| match error {
        wgpu::Error::OutOfMemory { .. } => given_up.destroy(),
        other => panic!("wgpu error: {other}"),
    }));
}

impl Resident {
    pub(crate) fn binding(&self) -> wgpu::BindingResource<'_> {
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: &self.buffer,
            offset: self.offset,
            size: self.size.next_multiple_of(4).try_into().ok(),
        })
    }
}
