//! What a run computes on, and who may stop it.

use std::num::NonZero;
use std::thread::available_parallelism;

use burn::tensor::Device;
use spanlight_learn::Processor;

use crate::device::processor;
use crate::interrupt::Interrupt;

/// What a run computes on, and who may stop it.
pub struct Machine<'a> {
    /// The device, without gradients.
    pub device: &'a Device,
    /// Its description.
    pub description: String,
    /// Threads that compute: one where a GPU does the work.
    pub workers: usize,
    /// Set when the user wants to stop.
    pub interrupt: &'a Interrupt,
    /// Whether a run may go on here that another version or another processor began, though not to the bit.
    pub elsewhere: bool,
}

impl Machine<'_> {
    /// Threads for work on the host, wherever the model is.
    pub fn threads(&self) -> usize {
        available_parallelism().map_or(self.workers, NonZero::get)
    }

    /// Kind of CPU or GPU, as far as the last bits of a sum of products depend on it.
    pub fn kind(&self) -> String {
        match self.processor() {
            Processor::Cpu => cpu(),
            Processor::Gpu => self.description.clone(),
        }
    }

    /// Whether the device is a CPU or a GPU.
    pub fn processor(&self) -> Processor {
        processor(self.device)
    }
}

/// Brand, instruction sets and caches of the CPU: matrix products are cut into blocks by the sizes of the caches
/// and computed with the widest instructions.
#[cfg(target_arch = "x86_64")]
fn cpu() -> String {
    let cpu = raw_cpuid::CpuId::new();
    let brand = cpu.get_processor_brand_string();
    let brand = brand
        .as_ref()
        .map_or("x86-64", |brand| brand.as_str().trim());
    let has = [
        ("fma", is_x86_feature_detected!("fma")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ];
    let sets = has.iter().filter(|(_, has)| *has).map(|(name, _)| *name);
    let caches = cpu
        .get_cache_parameters()
        .into_iter()
        .flatten()
        .map(|cache| {
            let lines = cache.associativity() * cache.physical_line_partitions() * cache.sets();
            format!(
                "L{} {} KiB",
                cache.level(),
                lines * cache.coherency_line_size() / 1024
            )
        });
    let details: Vec<String> = sets.map(String::from).chain(caches).collect();
    format!("{brand} ({})", details.join(", "))
}

#[cfg(not(target_arch = "x86_64"))]
fn cpu() -> String {
    std::env::consts::ARCH.into()
}
