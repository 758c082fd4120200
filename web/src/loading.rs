//! Loads a bundle's bytes as a model on a device, and runs its self-test there.

use burn::tensor::Device;
use js_sys::Uint8Array;
use spanlight_core::Arithmetic;
use spanlight_core::bundle::{Manifest, TOKENIZER, WEIGHTS};
use spanlight_core::extract::{ExtractOptions, Extractor};
use wasm_bindgen::JsValue;

use crate::device::Placement;
use crate::host::{Code, error, failure, now, pause};
use crate::journal::Watch;
use crate::progress::{Progress, Stage};
use crate::types::{Backend, Info, Preference};

/// A bundle with verified parts. The bytes stay in JavaScript, since the memory of wasm never shrinks.
pub struct Bundle {
    manifest: Manifest,
    tokenizer: Uint8Array,
    weights: Uint8Array,
    memory: usize,
}

/// A model on its device.
pub struct Loaded {
    /// The extractor.
    pub extractor: Extractor,
    /// The information that the caller receives.
    pub info: Info,
    /// Watches for errors of the GPU libraries; `None` on the processor.
    pub watch: Option<Watch>,
    device: Device,
}

impl Drop for Loaded {
    fn drop(&mut self) {
        self.device.memory_cleanup();
    }
}

impl Bundle {
    /// Verifies the files of a bundle.
    ///
    /// # Errors
    /// An exception for a damaged file, or the exception that the callback throws.
    pub async fn verify(
        manifest: &Uint8Array,
        tokenizer: Uint8Array,
        weights: Uint8Array,
        progress: &Progress,
    ) -> Result<Self, JsValue> {
        let manifest = Manifest::parse(&manifest.to_vec()).map_err(failure)?;
        let sizes = [tokenizer.length() as usize, weights.length() as usize];
        let total = sizes.iter().sum();
        progress.report(Stage::Verify, 0, total).await?;
        manifest
            .verify(TOKENIZER, &tokenizer.to_vec())
            .map_err(failure)?;
        progress.report(Stage::Verify, sizes[0], total).await?;
        manifest
            .verify(WEIGHTS, &weights.to_vec())
            .map_err(failure)?;
        progress.report(Stage::Verify, total, total).await?;
        Ok(Self {
            manifest,
            tokenizer,
            weights,
            memory: 0,
        })
    }

    /// Sets the size of the sentence cache, in bytes.
    pub fn with_memory(self, memory: usize) -> Self {
        Self { memory, ..self }
    }

    /// Loads the model on the preferred backend, or else on the processor.
    ///
    /// # Errors
    /// An exception if a part is invalid or if the self-test fails even on the processor, or the exception that the
    /// callback throws.
    pub async fn open(
        &self,
        preference: Preference,
        progress: &Progress,
    ) -> Result<Loaded, JsValue> {
        progress.report(Stage::Device, 0, 1).await?;
        let gpu = Placement::gpu(preference).await;
        progress.report(Stage::Device, 1, 1).await?;
        let note = match gpu {
            Err(note) => note,
            Ok(placement) => {
                let loaded = self.load(placement, None, progress).await?;
                match self.test(&loaded, progress).await? {
                    Ok(()) => return Ok(loaded),
                    Err(why) => Some(format!(
                        "WebGPU cannot run this model here ({why}); the processor is used."
                    )),
                }
            }
        };
        let loaded = self.load(Placement::cpu(), note, progress).await?;
        match self.test(&loaded, progress).await? {
            Ok(()) => Ok(loaded),
            Err(why) => Err(error(
                Code::Bundle,
                format!("the model failed its self-test: {why}; export the bundle anew"),
            )),
        }
    }

    async fn load(
        &self,
        placement: Placement,
        note: Option<String>,
        progress: &Progress,
    ) -> Result<Loaded, JsValue> {
        progress.report(Stage::Weights, 0, 2).await?;
        let backend = placement.backend();
        let watch = (backend == Backend::Webgpu).then(Watch::begin);
        let arithmetic = match backend {
            Backend::Cpu => Arithmetic::Int8,
            Backend::Webgpu => Arithmetic::F32,
        };
        let saved = self
            .manifest
            .saved(
                &self.tokenizer.to_vec(),
                &self.weights.to_vec(),
                arithmetic,
                &placement.device,
            )
            .map_err(failure)?;
        progress.report(Stage::Weights, 1, 2).await?;
        let extractor = saved
            .extractor(&placement.device, placement.budget)
            .map_err(failure)?;
        progress.report(Stage::Weights, 2, 2).await?;
        Ok(Loaded {
            extractor: extractor.with_clock(now).with_memory(self.memory),
            info: self.info(&placement, note),
            watch,
            device: placement.device,
        })
    }

    /// Runs the self-test of the manifest. The inner error is the reason of a failure.
    async fn test(
        &self,
        loaded: &Loaded,
        progress: &Progress,
    ) -> Result<Result<(), String>, JsValue> {
        progress.report(Stage::SelfTest, 0, 1).await?;
        let known = &self.manifest.self_test;
        if !known.text.is_empty() {
            let found = match loaded
                .extractor
                .extract(&known.text, &ExtractOptions::default())
                .await
            {
                Ok(found) => found,
                Err(e) => return Ok(Err(e.to_string())),
            };
            loaded.extractor.forget();
            // Errors of kernels are logged in later tasks.
            pause().await;
            if let Some(failure) = loaded.watch.and_then(Watch::failure) {
                return Ok(Err(failure));
            }
            if !known.accepts(&found.sentences) {
                return Ok(Err(
                    "the predictions differ from those in the manifest".into()
                ));
            }
        }
        progress.report(Stage::SelfTest, 1, 1).await?;
        Ok(Ok(()))
    }

    fn info(&self, placement: &Placement, note: Option<String>) -> Info {
        let Manifest {
            name,
            format,
            schema,
            parameters,
            ..
        } = self.manifest.clone();
        Info {
            model: name,
            format,
            entities: schema.entities,
            relations: schema.relations,
            symmetric: schema.symmetric,
            backend: placement.backend(),
            adapter: placement
                .adapter
                .as_ref()
                .map(|adapter| adapter.name.clone()),
            software: placement
                .adapter
                .as_ref()
                .is_some_and(|adapter| adapter.software),
            note,
            parameters,
        }
    }
}
