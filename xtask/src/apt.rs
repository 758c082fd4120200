//! Debian's package manager, used as root or through sudo.

use std::fs;
use std::io::{IsTerminal, stdin};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use crate::process;
use crate::step::Step;

/// Access to apt.
pub struct Apt {
    sudo: bool,
}

/// Whether this process has updated the package lists.
static UPDATED: AtomicBool = AtomicBool::new(false);

impl Apt {
    /// Finds apt; `None` on other systems than Debian, or without root and sudo.
    pub fn find(step: &Step) -> Option<Self> {
        let os_release = fs::read_to_string("/etc/os-release").ok()?;
        if !is_debian(&os_release) || process::find("apt-get").is_none() {
            return None;
        }
        let root = process::output(Command::new("id").arg("-u")).ok()? == "0";
        if root {
            return Some(Self { sudo: false });
        }
        process::find("sudo")?;
        let mut request = Command::new("sudo");
        if stdin().is_terminal() {
            request.arg("-v");
        } else {
            request.args(["-n", "true"]).stderr(Stdio::null());
        }
        let granted = step.paused(|| request.status()).ok()?.success();
        granted.then_some(Self { sudo: true })
    }

    /// Installs the packages that are missing.
    pub fn install(&self, packages: &[&str], step: &Step, log: &Path) -> Result<()> {
        let missing: Vec<&str> = packages
            .iter()
            .copied()
            .filter(|package| !installed(package))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        step.say(&format!("apt-get install {}", missing.join(" ")));
        if !UPDATED.swap(true, Ordering::Relaxed) {
            process::logged(self.apt_get().arg("update"), log)?;
        }
        process::logged(
            self.apt_get()
                .args(["install", "-y", "--no-install-recommends"])
                .args(&missing),
            log,
        )
        .with_context(|| {
            format!(
                "install these Debian packages by hand: {}",
                missing.join(" ")
            )
        })
    }

    /// A command that runs `program` as root.
    pub fn privileged(&self, program: &str) -> Command {
        if self.sudo {
            let mut command = Command::new("sudo");
            command.args(["-n", program]);
            command
        } else {
            Command::new(program)
        }
    }

    fn apt_get(&self) -> Command {
        let mut command = self.privileged("env");
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    }
}

fn installed(package: &str) -> bool {
    process::output(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}

fn is_debian(os_release: &str) -> bool {
    os_release.lines().any(|line| line.trim() == "ID=debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_is_recognised_and_its_derivatives_are_not() {
        assert!(is_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(!is_debian("ID=ubuntu\nID_LIKE=debian\n"));
    }
}
