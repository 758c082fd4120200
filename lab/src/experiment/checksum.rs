//! Checksums of files and folders.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use spanlight::encoder::is_bundle;
use spanlight::store::StoreError;
use spanlight_core::bundle::{MANIFEST, TOKENIZER, WEIGHTS};

use crate::error::Result;

/// The files of an encoder folder that training reads; other files do not count.
const ENCODER: [&str; 8] = [
    "config.json",
    "model.safetensors",
    "pytorch_model.bin",
    "model.pt",
    "pytorch_model.pt",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
];

/// SHA-256 sums by path, each computed once.
#[derive(Debug, Default)]
pub struct Checksums(BTreeMap<PathBuf, String>);

impl Checksums {
    /// Sum of a file, or of the names and contents of the files in a folder. Of an encoder or a bundle, only the
    /// files that training reads count.
    ///
    /// # Errors
    /// [`StoreError::Io`] for a file that cannot be read.
    pub fn of(&mut self, path: &Path) -> Result<String> {
        if let Some(sum) = self.0.get(path) {
            return Ok(sum.clone());
        }
        let mut hash = Sha256::new();
        if path.is_dir() {
            for name in files(path)? {
                let file = path.join(&name);
                let mut own = Sha256::new();
                add(&mut own, &file)?;
                hash.update(name.as_bytes());
                hash.update([0]);
                hash.update(own.finalize());
            }
        } else {
            add(&mut hash, path)?;
        }
        let sum = format!("{:x}", hash.finalize());
        self.0.insert(path.to_owned(), sum.clone());
        Ok(sum)
    }
}

/// SHA-256 sum of a text.
pub fn of_text(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

fn add(hash: &mut Sha256, path: &Path) -> Result<(), StoreError> {
    let mut file = File::open(path).map_err(|e| StoreError::io("read", path, e))?;
    io::copy(&mut file, hash).map_err(|e| StoreError::io("read", path, e))?;
    Ok(())
}

/// Names of the files in a folder that count.
fn files(folder: &Path) -> Result<Vec<String>, StoreError> {
    if is_bundle(folder) {
        return Ok([MANIFEST, TOKENIZER, WEIGHTS].map(String::from).into());
    }
    if folder.join(ENCODER[0]).is_file() {
        let present = ENCODER.iter().filter(|name| folder.join(name).is_file());
        return Ok(present.map(|name| (*name).to_owned()).collect());
    }
    let list = || {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.path().is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        io::Result::Ok(names)
    };
    list().map_err(|e| StoreError::io("list", folder, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_sha_256_and_a_missing_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        fs::write(&path, "abc").unwrap();
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Checksums::default().of(&path).unwrap(), sum);
        assert_eq!(of_text("abc"), sum);
        let missing = folder.path().join("nothing");
        let error = Checksums::default().of(&missing).unwrap_err().to_string();
        assert!(error.contains("nothing: cannot read"), "{error}");
    }

    #[test]
    fn only_the_files_of_a_folder_that_training_reads_count() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let sum = || Checksums::default().of(at).unwrap();
        fs::write(at.join("a.txt"), "1").unwrap();
        let first = sum();
        fs::write(at.join("a.txt"), "2").unwrap();
        assert_ne!(sum(), first);
        fs::write(at.join("config.json"), "{}").unwrap();
        let encoder = sum();
        fs::write(at.join("README.md"), "x").unwrap();
        assert_eq!(sum(), encoder);
        fs::write(at.join("vocab.txt"), "x").unwrap();
        assert_ne!(sum(), encoder);
    }

    #[test]
    fn a_bundle_has_three_files_that_count() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        for part in [MANIFEST, TOKENIZER, WEIGHTS] {
            fs::write(at.join(part), part).unwrap();
        }
        let sum = || Checksums::default().of(at).unwrap();
        let bundle = sum();
        fs::write(at.join("README.md"), "x").unwrap();
        assert_eq!(sum(), bundle);
        for part in [MANIFEST, TOKENIZER, WEIGHTS] {
            fs::write(at.join(part), "other").unwrap();
            assert_ne!(sum(), bundle, "{part}");
            fs::write(at.join(part), part).unwrap();
        }
    }
}
