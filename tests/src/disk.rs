//! A small or read-only file system.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, which is gone when it is dropped.
pub struct Disk(PathBuf);

impl Disk {
    /// Mounts it over a folder, with options such as `size=64k` or `ro`; `None` where that is not allowed: only
    /// root can, and only on Linux.
    pub fn mount(folder: &Path, options: &str) -> Option<Self> {
        let made = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder)
            .output();
        made.is_ok_and(|output| output.status.success())
            .then(|| Self(folder.into()))
    }

    /// Changes its options.
    ///
    /// # Panics
    /// When the system refuses.
    pub fn remount(&self, options: &str) {
        let status = Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(&self.0)
            .status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Disk {
    /// Panics when it cannot be unmounted, unless a test has failed already.
    fn drop(&mut self) {
        let status = Command::new("umount").arg(&self.0).status();
        let unmounted = status.is_ok_and(|status| status.success());
        assert!(
            unmounted || std::thread::panicking(),
            "cannot unmount {}",
            self.0.display()
        );
    }
}
