//! Files of a run: written whole or not at all, by one run at a time.

mod error;
mod folder;
mod lock;

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use serde::{Serialize, de::DeserializeOwned};

pub use error::StoreError;
pub use folder::{DONE, FINETUNED, MODEL, PRETRAINED, RunFolder, SCHEMA, remove, sweep};
pub use lock::Lock;

/// Ending of the name of a file that is being written.
const UNFINISHED: &str = ".unfinished";

/// Reads a file.
///
/// # Errors
/// [`StoreError::Io`].
pub fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    fs::read(path).map_err(|e| StoreError::io("read", path, e))
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

/// Writes or replaces a file: whatever happens, power failures included, it holds afterwards
/// either all of `bytes` or what it held before.
///
/// # Errors
/// [`StoreError::Io`] and [`StoreError::DiskFull`].
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    write_atomic_with(path, |file| file.write_all(bytes))
}

/// As [`write_atomic`], for content that is written piece by piece; for small pieces, wrap the file
/// in a [`BufWriter`](io::BufWriter).
///
/// # Errors
/// As [`write_atomic`], and what `content` returns.
pub fn write_atomic_with(
    path: &Path,
    content: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), StoreError> {
    replace(path, content).map_err(|e| StoreError::io("write", path, e))
}

fn replace(path: &Path, content: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(UNFINISHED);
    // By default, tempfile makes files private to the user, which results need not be; the umask
    // still applies.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    content(file.as_file_mut())?;
    // Otherwise the new name could reach the disk before the content does.
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    // Windows can neither open nor needs to sync a folder.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

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
    fn a_failure_while_writing_keeps_the_previous_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("best.safetensors");
        write_atomic(&path, b"good").unwrap();
        let error = write_atomic_with(&path, |file| {
            file.write_all(b"ba")?;
            // The error of a full disk, without filling one.
            if Path::new("/dev/full").exists() {
                let mut full = File::options().write(true).open("/dev/full")?;
                full.write_all(b"d")
            } else {
                Err(io::ErrorKind::StorageFull.into())
            }
        })
        .unwrap_err();
        assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
        let text = error.to_string();
        for part in ["best.safetensors", "disk is full", "intact"] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(read(&path).unwrap(), b"good");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_full_file_system_keeps_the_previous_file() {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            return; // Only root can, and only on Linux; the test above runs everywhere.
        }
        let path = folder.path().join("checkpoint.safetensors");
        let first = write_atomic(&path, &[1; 1000]);
        let second = write_atomic(&path, &vec![2; 1 << 20]);
        let kept = read(&path);
        let names = fs::read_dir(&folder).map(Iterator::count);
        let unmounted = Command::new("umount").arg(folder.path()).status().unwrap();
        assert!(unmounted.success());
        first.unwrap();
        assert!(matches!(second, Err(StoreError::DiskFull { .. })));
        assert_eq!(kept.unwrap(), [1; 1000]);
        assert_eq!(names.unwrap(), 1);
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
