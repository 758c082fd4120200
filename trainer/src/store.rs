//! Files of a run: written whole or not at all, by one run at a time.

mod atomic;
mod error;
mod folder;
mod lock;

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

pub use atomic::{
    replace_folder, sweep_unfinished, write_atomic, write_atomic_with, write_stream, write_whole,
};
pub use error::StoreError;
pub use folder::{
    CHECKPOINT, DONE, FINETUNED, MODEL, PRETRAINED, RunFolder, SCHEMA, remove, sweep,
};
pub use lock::Lock;

/// Reads a file.
///
/// # Errors
/// [`StoreError::Io`].
pub fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    fs::read(path).map_err(|e| StoreError::io("read", path, e))
}

/// SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
/// [`StoreError::Io`].
pub fn fingerprint(path: &Path) -> Result<String, StoreError> {
    let failed = |e| StoreError::io("read", path, e);
    let mut hash = Sha256::new();
    io::copy(&mut File::open(path).map_err(failed)?, &mut hash).map_err(failed)?;
    Ok(format!("{:x}", hash.finalize()))
}

/// Reads a UTF-8 text file.
///
/// # Errors
/// [`StoreError::Io`].
pub fn read_text(path: &Path) -> Result<String, StoreError> {
    fs::read_to_string(path).map_err(|e| StoreError::io("read", path, e))
}

/// Reads a JSON file.
///
/// # Errors
/// [`StoreError::Io`] and [`StoreError::Json`].
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, StoreError> {
    serde_json::from_slice(&read(path)?).map_err(|e| json(path, &e))
}

/// Writes a JSON file, indented, as [`write_atomic`] does.
///
/// # Errors
/// As [`write_atomic`], and [`StoreError::Json`] for a value that JSON cannot express.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), StoreError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|e| json(path, &e))?;
    text.push(b'\n');
    write_atomic(path, &text)
}

fn json(path: &Path, error: &serde_json::Error) -> StoreError {
    StoreError::Json {
        path: path.to_owned(),
        problem: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_replaces_the_content_and_leaves_no_other_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        write_json(&path, &[1, 2]).unwrap();
        write_json(&path, &[3]).unwrap();
        assert_eq!(read_json::<Vec<u8>>(&path).unwrap(), [3]);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let missing = read(&path).unwrap_err().to_string();
        assert!(missing.contains("config.json: cannot read: "), "{missing}");
        write_atomic(&path, b"[1,").unwrap();
        let broken = read_json::<Vec<u8>>(&path).unwrap_err().to_string();
        assert!(broken.contains("config.json: EOF"), "{broken}");
        let nowhere = folder.path().join("no/config.json");
        let nowhere = write_atomic(&nowhere, b"").unwrap_err().to_string();
        assert!(
            nowhere.contains("no/config.json: cannot write"),
            "{nowhere}"
        );
    }
}
