//! Tests of the core on the CPU: numbers, gradients, round trips.

mod parity;
