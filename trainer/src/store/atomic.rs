//! Files and folders that are replaced in one step: whatever happens, power failures included, a path holds
//! afterwards either all that is written or what it held before.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use pollster::block_on;
use spanlight_core::weights::Stream;

use super::{
    StoreError,
    lock::{LOCK, Lock},
};
use crate::error::Error;

/// Ending of the name of a file that is being written.
pub(super) const UNFINISHED: &str = ".unfinished";

/// Writes or replaces a file.
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

/// As [`write_atomic`], for content that may also fail for reasons other than writing; `io` tells errors of
/// writing from others.
///
/// # Errors
/// Those of `content`, and the [`StoreError`] if the file cannot be written.
pub fn write_whole<T, E: From<StoreError>, F>(
    path: &Path,
    content: impl FnOnce(&mut File) -> Result<T, F>,
    io: impl FnOnce(F) -> Result<io::Error, E>,
) -> Result<T, E> {
    let (mut value, mut failure) = (None, None);
    let written = write_atomic_with(path, |file| match content(file) {
        Ok(made) => {
            value = Some(made);
            Ok(())
        }
        Err(error) => Err(io(error).unwrap_or_else(|error| {
            failure = Some(error);
            io::ErrorKind::Interrupted.into()
        })),
    });
    match (failure, written, value) {
        (Some(failure), ..) => Err(failure),
        (None, Ok(()), Some(value)) => Ok(value),
        (None, Ok(()), None) => {
            Err(StoreError::io("write", path, io::ErrorKind::Other.into()).into())
        }
        (None, Err(error), _) => Err(error.into()),
    }
}

/// As [`write_atomic`], for the arrays of a model that is still on its device.
///
/// # Errors
/// As [`write_atomic`], and [`Error::Core`] when the device fails.
pub fn write_stream(path: &Path, stream: Stream) -> Result<(), Error> {
    let content = |file: &mut File| {
        let mut file = BufWriter::with_capacity(1 << 20, file);
        block_on(stream.write(|bytes| Ok::<_, Error>(file.write_all(bytes)?)))?;
        Ok(file.flush()?)
    };
    write_whole(path, content, |error| match error {
        Error::Io(error) => Ok(error),
        error => Err(error),
    })
}

fn replace(path: &Path, content: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let (folder, prefix) = place(path)?;
    sweep_unfinished(folder, &prefix);
    let mut file = unfinished(&prefix, 0o666).tempfile_in(folder)?;
    // Some file systems cannot lock; then another process may take this file for a leftover, and this write fails.
    let _ = file.as_file().try_lock();
    content(file.as_file_mut())?;
    // Otherwise the new name could reach the disk before the content does.
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    sync(folder)
}

/// The folder of a path, and the beginning of the names of its unfinished versions.
fn place(path: &Path) -> io::Result<(&Path, OsString)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    Ok((folder, prefix))
}

/// Makes unfinished versions, with these permissions as far as the umask allows: by default they would be
/// private to the user, which results need not be.
fn unfinished(prefix: &OsStr, mode: u32) -> tempfile::Builder<'_, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).suffix(UNFINISHED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
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

/// Removes the unfinished files and folders of killed processes whose names begin with `prefix`. What a living
/// process writes is locked, and stays; what cannot be removed does no harm.
pub fn sweep_unfinished(folder: &Path, prefix: &OsStr) {
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
    let (parent, prefix) = place(&real).map_err(failed)?;
    sweep_unfinished(parent, &prefix);
    let new = unfinished(&prefix, 0o777)
        .tempdir_in(parent)
        .map_err(failed)?;
    let lock = Lock::take(new.path())?;
    content(new.path())?;
    if real.exists() {
        keep_others(&real, new.path()).map_err(failed)?;
    }
    fs::remove_file(new.path().join(LOCK)).map_err(failed)?;
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
    use spanlight_tests::disk::Disk;

    use super::*;
    use crate::store::read;

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
        let Some(disk) = Disk::mount(folder.path(), "size=64k") else {
            return; // The test above runs everywhere.
        };
        let path = folder.path().join("checkpoint.safetensors");
        let first = write_atomic(&path, &[1; 1000]);
        let second = write_atomic(&path, &vec![2; 1 << 20]);
        let kept = read(&path);
        let names = fs::read_dir(&folder).map(Iterator::count);
        drop(disk);
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
}
