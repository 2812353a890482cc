//! A chart in memory: its files, values and dependencies.

use std::cell::RefCell;
use std::rc::Rc;

use pintle_go::{Map, Type};

use crate::metadata::{Lock, Metadata, ValidationError};
use crate::{Timestamp, gostd};

/// A file of a chart; copies share the contents.
#[derive(Clone, Debug)]
pub struct File {
    /// Path from the chart's root, with slashes: `templates/deployment.yaml`.
    pub name: Rc<str>,
    /// Contents, without a byte order mark.
    pub data: Rc<[u8]>,
    /// When it was last changed.
    pub mod_time: Timestamp,
}

impl File {
    /// A file without a time.
    pub fn new(name: impl Into<Rc<str>>, data: impl Into<Rc<[u8]>>) -> Self {
        File { name: name.into(), data: data.into(), mod_time: Timestamp::ZERO }
    }
}

/// A custom resource definition of a chart or of one beneath it.
#[derive(Clone, Debug)]
pub struct Crd {
    /// The file's path in its chart.
    pub name: Rc<str>,
    /// The path from the root chart: `root/charts/sub/crds/a.yaml`.
    pub filename: String,
    /// The file.
    pub file: File,
}

/// Where a chart hangs: its name and the chart above. Shared by those beneath it, so that a chart that moves under
/// another takes them along.
#[derive(Debug, Default)]
struct Place {
    name: RefCell<String>,
    parent: RefCell<Option<Rc<Place>>>,
}

impl Place {
    fn path(&self, separator: &str) -> String {
        match &*self.parent.borrow() {
            Some(parent) => {
                let mut path = parent.path(separator);
                path.push_str(separator);
                path.push_str(&self.name.borrow());
                path
            }
            None => self.name.borrow().clone(),
        }
    }
}

/// A chart with everything beneath it.
///
/// Cloning copies the metadata and shares files and values; the clone hangs where the original does.
pub struct Chart {
    /// Every file as it was found, in the order found.
    pub raw: Vec<File>,
    /// Chart.yaml.
    pub metadata: Metadata,
    /// Chart.lock or requirements.lock.
    pub lock: Option<Lock>,
    /// Files under `templates/`.
    pub templates: Vec<File>,
    /// Default values; a nil map without a values.yaml.
    pub values: Map,
    /// values.schema.json.
    pub schema: Option<Rc<[u8]>>,
    /// When the schema was last changed.
    pub schema_mod_time: Timestamp,
    /// All other files: `crds/`, README, LICENSE and what templates read through `.Files`.
    pub files: Vec<File>,
    /// When Chart.yaml was last changed.
    pub mod_time: Timestamp,
    dependencies: Vec<Chart>,
    place: Rc<Place>,
}

impl std::fmt::Debug for Chart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chart")
            .field("path", &self.full_path())
            .field("version", &self.metadata.version)
            .field("dependencies", &self.dependencies)
            .finish_non_exhaustive()
    }
}

impl Default for Chart {
    fn default() -> Self {
        Chart {
            raw: Vec::new(),
            metadata: Metadata::default(),
            lock: None,
            templates: Vec::new(),
            values: Map::nil(Type::MAP),
            schema: None,
            schema_mod_time: Timestamp::ZERO,
            files: Vec::new(),
            mod_time: Timestamp::ZERO,
            dependencies: Vec::new(),
            place: Rc::default(),
        }
    }
}

impl Clone for Chart {
    fn clone(&self) -> Self {
        let place = Place {
            name: RefCell::new(self.metadata.name.clone()),
            parent: RefCell::new(self.place.parent.borrow().clone()),
        };
        Chart {
            raw: self.raw.clone(),
            metadata: self.metadata.clone(),
            lock: self.lock.clone(),
            templates: self.templates.clone(),
            values: self.values.clone(),
            schema: self.schema.clone(),
            schema_mod_time: self.schema_mod_time,
            files: self.files.clone(),
            mod_time: self.mod_time,
            // Grandchildren go on hanging from the original's children, as they do in Helm until their own parent is
            // processed: their full path shows it.
            dependencies: self.dependencies.clone(),
            place: Rc::new(place),
        }
    }
}

impl Chart {
    /// The chart's name (an alias, once dependencies are processed).
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Gives the chart another name, in its metadata and in the paths of those beneath it.
    pub fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.metadata.name);
        name.clone_into(&mut self.place.name.borrow_mut());
    }

    /// Brings the paths up to date after `metadata.name` was written.
    pub(crate) fn place_named(&self) {
        self.metadata.name.clone_into(&mut self.place.name.borrow_mut());
    }

    /// Version of what the chart installs.
    pub fn app_version(&self) -> &str {
        &self.metadata.app_version
    }

    /// Whether this is no dependency of another chart.
    pub fn is_root(&self) -> bool {
        self.place.parent.borrow().is_none()
    }

    /// Whether this is a library chart.
    pub fn is_library(&self) -> bool {
        self.metadata.is_library()
    }

    /// The charts that this one brings along.
    pub fn dependencies(&self) -> &[Chart] {
        &self.dependencies
    }

    /// The same, to change them. Charts put in here are not told of their parent: see [`Chart::add_dependency`].
    pub fn dependencies_mut(&mut self) -> &mut Vec<Chart> {
        &mut self.dependencies
    }

    /// Hangs a chart beneath this one.
    pub fn add_dependency(&mut self, chart: Chart) {
        self.place_named();
        *chart.place.parent.borrow_mut() = Some(self.place.clone());
        self.dependencies.push(chart);
    }

    /// Replaces the charts beneath this one.
    pub fn set_dependencies(&mut self, charts: Vec<Chart>) {
        self.dependencies.clear();
        for chart in charts {
            self.add_dependency(chart);
        }
    }

    /// The names from the root chart down, with dots.
    pub fn path(&self) -> String {
        self.place_named();
        self.place.path(".")
    }

    /// The path of the chart in the root chart's directory: `root/charts/sub`.
    pub fn full_path(&self) -> String {
        self.place_named();
        self.place.path("/charts/")
    }

    /// Cleans and checks the metadata.
    pub fn validate(&mut self) -> Result<(), ValidationError> {
        self.metadata.validate()?;
        self.place_named();
        Ok(())
    }

    /// The metadata as templates see it under `.Chart`.
    pub fn metadata_as_map(&self) -> Map {
        self.metadata.as_map()
    }

    /// A file as it was found in the chart, by its path.
    pub fn raw_file(&self, name: &str) -> Option<&File> {
        self.raw.iter().find(|f| &*f.name == name)
    }

    /// The files of `crds/`, of this chart and then of those beneath it.
    pub fn crds(&self) -> Vec<&File> {
        let own = self.files.iter().filter(|f| is_crd(&f.name));
        own.chain(self.dependencies.iter().flat_map(Chart::crds)).collect()
    }

    /// As [`Chart::crds`], with the path from the root chart.
    pub fn crd_objects(&self) -> Vec<Crd> {
        let base = self.full_path();
        let own = self.files.iter().filter(|f| is_crd(&f.name)).map(|f| Crd {
            name: f.name.clone(),
            filename: gostd::join(&base, &f.name),
            file: f.clone(),
        });
        own.chain(self.dependencies.iter().flat_map(Chart::crd_objects)).collect()
    }
}

fn is_crd(name: &str) -> bool {
    let ext = gostd::ext(name);
    name.starts_with("crds/") && [".yaml", ".yml", ".json"].iter().any(|e| ext.eq_ignore_ascii_case(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Chart {
        let mut c = Chart::default();
        c.rename(name);
        c
    }

    #[test]
    fn paths_follow_the_parents() {
        let mut sub = named("sub");
        sub.add_dependency(named("leaf"));
        let mut root = named("root");
        root.add_dependency(sub);
        let sub = &root.dependencies()[0];
        assert_eq!(sub.full_path(), "root/charts/sub");
        assert_eq!(sub.dependencies()[0].full_path(), "root/charts/sub/charts/leaf");
        assert_eq!(sub.dependencies()[0].path(), "root.sub.leaf");
        assert!(root.is_root() && !sub.is_root());
    }
}
