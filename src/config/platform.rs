//! What the process finds around it: variables and folders.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// Every variable of ours starts with this.
pub(super) const PREFIX: &str = "HOOKGLASS_";

/// The surroundings that settings depend on, as values, so that tests can make their own.
#[derive(Debug, Clone, Default)]
pub struct Platform {
    /// The `HOOKGLASS_*` variables that are set and not empty.
    pub variables: BTreeMap<String, OsString>,
    /// The folder that relative paths start from.
    pub working_dir: PathBuf,
    /// The user's folder for data, where the platform knows one.
    pub data_dir: Option<PathBuf>,
    /// The user's folder for configuration, where the platform knows one.
    pub config_dir: Option<PathBuf>,
}

impl Platform {
    /// Reads the process's own surroundings.
    #[must_use]
    pub fn from_process() -> Self {
        let folders = directories::BaseDirs::new();
        Self {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty())
                .collect(),
            working_dir: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            // The local one: on Windows the roaming folder is copied between machines at sign-in.
            data_dir: folders.as_ref().map(|dirs| dirs.data_local_dir().into()),
            config_dir: folders.as_ref().map(|dirs| dirs.config_dir().into()),
        }
    }

    /// Where the database is unless told otherwise.
    #[must_use]
    pub fn default_db(&self) -> Option<PathBuf> {
        let data = self.data_dir.as_ref()?;
        Some(data.join("hookglass").join("hookglass.db"))
    }

    /// Where `hookglass.toml` is looked for, in this order, when none is named.
    #[must_use]
    pub fn config_candidates(&self) -> Vec<PathBuf> {
        let here = self.working_dir.join("hookglass.toml");
        let own = self.config_dir.as_ref();
        std::iter::once(here)
            .chain(own.map(|dir| dir.join("hookglass").join("hookglass.toml")))
            .collect()
    }
}
