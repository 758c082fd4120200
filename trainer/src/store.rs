//! Files of a run: written whole or not at all, by one run at a time.

mod error;
mod folder;
mod lock;

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use pollster::block_on;
use serde::{Serialize, de::DeserializeOwned};
use spanlight_core::weights::Stream;

use crate::error::Error;

pub use error::StoreError;
pub use folder::{
    CHECKPOINT, DONE, FINETUNED, MODEL, PRETRAINED, RunFolder, SCHEMA, remove, sweep,
};
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
/// in a [`BufWriter`].
///
/// # Errors
/// As [`write_atomic`], and what `content` returns.
pub fn write_atomic_with(
    path: &Path,
    content: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), StoreError> {
    replace(path, content).map_err(|e| StoreError::io("write", path, e))
}

/// As [`write_atomic`], for the arrays of a model that is still on its device.
///
/// # Errors
/// As [`write_atomic`], and [`Error::Core`] when the device fails.
pub fn write_stream(path: &Path, stream: Stream) -> Result<(), Error> {
    let mut failed = None;
    let written = write_atomic_with(path, |file| {
        let mut file = BufWriter::with_capacity(1 << 20, file);
        let mut take = |bytes: &[u8]| file.write_all(bytes).map_err(Unwritten::Io);
        match block_on(stream.write(&mut take)) {
            Ok(()) => file.flush(),
            Err(Unwritten::Io(error)) => Err(error),
            Err(Unwritten::Core(error)) => {
                failed = Some(error);
                Err(io::ErrorKind::Interrupted.into())
            }
        }
    });
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(written?),
    }
}

/// Why a stream was not written.
enum Unwritten {
    Io(io::Error),
    Core(spanlight_core::Error),
}

impl From<spanlight_core::Error> for Unwritten {
    fn from(error: spanlight_core::Error) -> Self {
        Self::Core(error)
    }
}

fn replace(path: &Path, content: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let (folder, name) = place(path)?;
    sweep_unfinished(folder, &name);
    let mut prefix = OsString::from(".");
    prefix.push(name);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(UNFINISHED);
    // By default, tempfile makes files private to the user, which results need not be; the umask
    // still applies.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    // Some file systems cannot lock; then another process may take this file for a leftover, and this write fails.
    let _ = file.as_file().try_lock();
    content(file.as_file_mut())?;
    // Otherwise the new name could reach the disk before the content does.
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    sync(folder)
}

/// The folder of a path, and its name with the point that follows it in the names of unfinished versions.
fn place(path: &Path) -> io::Result<(&Path, OsString)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut name = name.to_owned();
    name.push(".");
    Ok((folder, name))
}

/// Makes sure that the names in a folder are on the disk.
fn sync(folder: &Path) -> io::Result<()> {
    // Windows can neither open nor needs to sync a folder.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Removes what killed processes left of files and folders whose names begin with `.` and `name`. What a living
/// process writes is locked, and stays; what cannot be removed does no harm.
pub fn sweep_unfinished(folder: &Path, name: &OsStr) {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        if !bytes.starts_with(prefix.as_encoded_bytes()) || !bytes.ends_with(UNFINISHED.as_bytes())
        {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            if !Lock::taken(&path) {
                let _ = fs::remove_dir_all(&path);
            }
        } else if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Creates or replaces a folder of files: whatever happens, it holds afterwards either all that `content` writes
/// or what it held before. Its other files stay. Where the system cannot exchange two folders in one step, a
/// crash at the worst moment leaves the old folder under a hidden name beside it.
///
/// # Errors
/// [`StoreError::Io`], [`StoreError::DiskFull`], and what `content` returns.
pub fn replace_folder(
    path: &Path,
    content: impl FnOnce(&Path) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let failed = |e| StoreError::io("write", path, e);
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|e| StoreError::io("create the folder", parent, e))?;
    // A folder named by `.` or by a link is replaced where it really is.
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (parent, name) = place(&real).map_err(failed)?;
    sweep_unfinished(parent, &name);
    let mut prefix = OsString::from(".");
    prefix.push(name);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(UNFINISHED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let new = builder.tempdir_in(parent).map_err(failed)?;
    let lock = Lock::take(new.path())?;
    content(new.path())?;
    if real.exists() {
        keep_others(&real, new.path()).map_err(failed)?;
    }
    fs::remove_file(new.path().join(lock::LOCK)).map_err(failed)?;
    sync(new.path()).map_err(failed)?;
    let swapped = if real.exists() {
        exchange(new.path(), &real)
    } else {
        fs::rename(new.path(), &real)
    };
    swapped.map_err(failed)?;
    drop(lock);
    // Now the old folder has the name of the new one, or nothing has.
    drop(new);
    sync(parent).map_err(failed)
}

/// Links or copies the files of a folder that another does not have.
fn keep_others(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (old, new) = (entry.path(), to.join(entry.file_name()));
        if new.exists() {
            continue;
        }
        if entry.file_type()?.is_dir() {
            return Err(io::Error::other(format!(
                "it holds the folder `{}`; choose a folder of its own",
                entry.file_name().display()
            )));
        }
        if fs::hard_link(&old, &new).is_err() {
            fs::copy(&old, &new)?;
        }
    }
    Ok(())
}

/// Gives two folders each other's names.
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {}
            other => return Ok(other?),
        }
    }
    let aside = new.with_extension("old");
    fs::rename(old, &aside)?;
    if let Err(error) = fs::rename(new, old) {
        fs::rename(&aside, old)?;
        return Err(error);
    }
    fs::rename(&aside, new)
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
    fn a_folder_is_replaced_whole_and_keeps_its_other_files() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("models/mine");
        let write = |text: &'static [u8]| {
            replace_folder(&path, |folder| {
                write_atomic(&folder.join("a"), text)?;
                write_atomic(&folder.join("b"), text)
            })
        };
        let names = |folder: &Path| {
            let list = fs::read_dir(folder).unwrap();
            let mut names: Vec<_> = list.map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        write(b"1").unwrap();
        assert_eq!(names(&path), ["a", "b"]);
        fs::write(path.join("README.md"), "card").unwrap();
        // What a killed process left.
        fs::create_dir(parent.path().join("models/.mine.x.unfinished")).unwrap();
        write(b"2").unwrap();
        assert_eq!(names(&path), ["README.md", "a", "b"]);
        assert_eq!(names(path.parent().unwrap()), ["mine"]);
        let content = |name: &str| fs::read(path.join(name)).unwrap();
        assert_eq!((content("a"), content("b")), (b"2".into(), b"2".into()));
        assert_eq!(content("README.md"), b"card");

        let failed = replace_folder(&path, |folder| {
            write_atomic(&folder.join("a"), b"3")?;
            write_atomic(&folder.join("no/b"), b"3")
        });
        assert!(failed.is_err());
        assert_eq!((content("a"), content("b")), (b"2".into(), b"2".into()));
        assert_eq!(names(path.parent().unwrap()), ["mine"]);
        fs::create_dir(path.join("thesis")).unwrap();
        let refused = write(b"4").unwrap_err().to_string();
        assert!(refused.contains("`thesis`"), "{refused}");
        assert_eq!(content("a"), b"2");
    }

    #[test]
    fn what_a_killed_process_left_goes_and_what_a_living_one_writes_stays() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".out.jsonl.a.unfinished");
        let living = folder.path().join(".out.jsonl.b.unfinished");
        let other = folder.path().join(".other.c.unfinished");
        for path in [&left, &living, &other] {
            fs::write(path, "half").unwrap();
        }
        let lock = File::open(&living).unwrap();
        lock.lock().unwrap();
        write_atomic(&folder.path().join("out.jsonl"), b"whole").unwrap();
        assert_eq!(
            [left.exists(), living.exists(), other.exists()],
            [false, true, true]
        );
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
