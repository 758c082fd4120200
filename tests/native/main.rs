//! Tests of the core on the CPU: numbers, gradients, round trips.

mod bundle;
mod case;
mod citations;
mod contrast;
mod dropout;
mod evidence;
mod extract;
mod golden;
mod gradient;
mod hostile_bundle;
mod memory;
mod mpnet;
mod overfit;
mod parity;
mod predictor;
mod pretrain_parity;
mod pretrain_switches;
mod queue;
mod sampling;
mod segmentation;
mod shipped;
mod software_gpu;
mod span_cnn;
mod stream;
