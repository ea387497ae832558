//! Rules about the files of a crate: none of different folders need each other in a circle, and a name that other files can
//! see stands for one type.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use syn::{
    Attribute, Item, ItemMod, ItemUse, UseTree, Visibility,
    visit::{self, Visit},
};

/// Parts of two ways to do one thing, told apart by their modules: `smtp` and `gmail`, questions of records and of files.
const TWINS: &[&str] = &[
    "Account",
    "AccountError",
    "Answer",
    "Broken",
    "Config",
    "ConfigError",
    "Connection",
    "Filter",
    "Packing",
    "Place",
    "Reader",
    "Reply",
    "Report",
    "Step",
    "Timeouts",
];

type ModulePath = Vec<String>;

/// One file of a crate.
struct Module {
    file: PathBuf,
    /// What it names: paths as they are written, `use` trees taken apart.
    named: Vec<Vec<String>>,
    /// What it gives on, or has under a name: the path behind each.
    imported: BTreeMap<String, Vec<String>>,
    /// Types that other files can see.
    types: Vec<String>,
}

struct Crate {
    modules: BTreeMap<ModulePath, Module>,
}

#[test]
fn files_of_different_folders_need_each_other_one_way() {
    let mut circles = Vec::new();
    for krate in crates() {
        for circle in krate.circles() {
            let folders: BTreeSet<_> = circle.iter().map(|path| krate.modules[path].file.parent()).collect();
            if folders.len() > 1 {
                let files: Vec<_> = circle.iter().map(|path| krate.modules[path].file.display().to_string()).collect();
                circles.push(files.join(" → "));
            }
        }
    }
    assert!(
        circles.is_empty(),
        "files of different folders that need each other:\n{}\nput what both need below them",
        circles.join("\n")
    );
}

#[test]
fn a_visible_name_stands_for_one_type_of_its_crate() {
    let mut twice = Vec::new();
    for krate in crates() {
        let mut seen: BTreeMap<&str, Vec<&Path>> = BTreeMap::new();
        for module in krate.modules.values() {
            for name in &module.types {
                seen.entry(name).or_default().push(&module.file);
            }
        }
        for (name, files) in seen.into_iter().filter(|(name, files)| files.len() > 1 && !TWINS.contains(name)) {
            twice.push(format!("{name}: {files:?}"));
        }
    }
    assert!(twice.is_empty(), "two types of one name:\n{}\ncall each by what it is", twice.join("\n"));
}

#[test]
fn circles_are_found() {
    let texts = [
        ("lib.rs", "mod a; mod b; pub use a::x::Given;"),
        ("a/mod.rs", "pub mod x; use crate::b::B;"),
        ("a/x.rs", "pub struct Given; fn f() -> super::super::b::B { crate::b::B }"),
        ("b.rs", "pub struct B; fn f(_: crate::Given) {} #[cfg(test)] mod tests { use crate::a::y::None; }"),
    ];
    let krate = Crate::of(texts.iter().map(|(file, text)| (PathBuf::from(file), (*text).to_owned())));
    let circles = krate.circles();
    assert_eq!(circles, [vec![vec!["a".to_owned(), "x".to_owned()], vec!["b".to_owned()]]]);
    let texts = [("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B;"), ("b.rs", "use super::c; struct B;")];
    let krate = Crate::of(texts.iter().map(|(file, text)| (PathBuf::from(file), (*text).to_owned())));
    assert_eq!(krate.circles(), Vec::<Vec<ModulePath>>::new());
}

fn crates() -> Vec<Crate> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder of crates");
    let mut found = Vec::new();
    for entry in fs::read_dir(root).expect("the folder of crates").flatten() {
        let src = entry.path().join("src");
        let mut files = Vec::new();
        collect(&src, &src, &mut files);
        found.push(Crate::of(files.into_iter()));
    }
    assert!(found.len() >= 10, "only {} crates found", found.len());
    found
}

fn collect(src: &Path, folder: &Path, into: &mut Vec<(PathBuf, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(src, &path, into);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            let text = fs::read_to_string(&path).expect("a source is UTF-8");
            into.push((path.strip_prefix(src).expect("below the folder").to_owned(), text));
        }
    }
}

impl Crate {
    fn of(files: impl Iterator<Item = (PathBuf, String)>) -> Self {
        let mut modules = BTreeMap::new();
        for (file, text) in files {
            let path = module_path(&file);
            let is_for_tests =
                |part: &String| matches!(part.as_str(), "tests" | "testing" | "gallery" | "examples" | "bin");
            if path.iter().any(is_for_tests) {
                continue;
            }
            let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let mut module = Module { file, named: Vec::new(), imported: BTreeMap::new(), types: Vec::new() };
            Gatherer { module: &mut module, depth: 0 }.visit_file(&parsed);
            modules.insert(path, module);
        }
        Self { modules }
    }

    /// The file that a path leads to from `here`, over whatever gives it on.
    fn target(&self, here: &[String], path: &[String], hops: usize) -> Option<ModulePath> {
        let absolute = self.absolute(here, path)?;
        let known = (0..=absolute.len()).rev().find(|len| self.modules.contains_key(&absolute[..*len]))?;
        let (module, rest) = absolute.split_at(known);
        if let Some(name) = rest.first()
            && let Some(behind) = self.modules[module].imported.get(name)
            && hops < 8
        {
            let further: Vec<String> = behind.iter().chain(&rest[1..]).cloned().collect();
            if let Some(found) = self.target(module, &further, hops + 1) {
                return Some(found);
            }
        }
        Some(module.to_vec())
    }

    fn absolute(&self, here: &[String], path: &[String]) -> Option<ModulePath> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([here, rest].concat()),
            "super" => {
                let mut here = here;
                let mut rest = path;
                while rest.first().is_some_and(|part| part == "super") {
                    (here, rest) = (here.split_last()?.1, &rest[1..]);
                }
                Some([here, rest].concat())
            }
            _ if self.modules.contains_key(&[here, std::slice::from_ref(first)].concat()) => {
                Some([here, path].concat())
            }
            _ => {
                let behind = self.modules.get(here)?.imported.get(first)?;
                let begins = |word: &str| behind.first().is_some_and(|part| part == word);
                let further: Vec<String> = behind.iter().chain(rest).cloned().collect();
                (begins("crate") || begins("super") || begins("self")).then(|| self.absolute(here, &further))?
            }
        }
    }

    /// Files that need each other, in groups. That a file of a folder needs its face (`mod.rs`, `lib.rs`) is no circle.
    fn circles(&self) -> Vec<Vec<ModulePath>> {
        let edges: BTreeMap<&ModulePath, BTreeSet<ModulePath>> = self
            .modules
            .iter()
            .map(|(here, module)| {
                let targets = module.named.iter().filter_map(|path| self.target(here, path, 0));
                (here, targets.filter(|target| target != here && !here.starts_with(target)).collect())
            })
            .collect();
        let reached = |from: &ModulePath| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
            while let Some(here) = next.pop() {
                for target in &edges[here] {
                    if seen.insert(target) {
                        next.push(target);
                    }
                }
            }
            seen
        };
        let reach: BTreeMap<&ModulePath, BTreeSet<&ModulePath>> =
            edges.keys().map(|here| (*here, reached(here))).collect();
        let mut circles: Vec<Vec<ModulePath>> = Vec::new();
        for here in edges.keys().filter(|here| reach[*here].contains(**here)) {
            if circles.iter().any(|circle| circle.contains(here)) {
                continue;
            }
            let both_ways = reach[here].iter().filter(|other| reach[**other].contains(*here));
            circles.push(both_ways.map(|path| (*path).clone()).collect());
        }
        circles
    }
}

fn module_path(file: &Path) -> ModulePath {
    let mut path: ModulePath =
        file.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if path.last().is_some_and(|last| last == "mod" || path.len() == 1 && (last == "lib" || last == "main")) {
        path.pop();
    }
    path
}

struct Gatherer<'a> {
    module: &'a mut Module,
    /// Modules within the file that are open here: their `super` is the file.
    depth: usize,
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

impl Gatherer<'_> {
    fn name(&mut self, path: Vec<String>) {
        if self.depth == 0 {
            self.module.named.push(path);
        }
    }

    fn take(&mut self, tree: &UseTree, prefix: &[String]) {
        match tree {
            UseTree::Path(path) => self.take(&path.tree, &[prefix, &[path.ident.to_string()]].concat()),
            UseTree::Name(name) => self.have(name.ident.to_string(), prefix, &name.ident.to_string()),
            UseTree::Rename(rename) => self.have(rename.rename.to_string(), prefix, &rename.ident.to_string()),
            UseTree::Glob(_) => self.name(prefix.to_vec()),
            UseTree::Group(group) => group.items.iter().for_each(|item| self.take(item, prefix)),
        }
    }

    fn have(&mut self, under: String, prefix: &[String], name: &str) {
        let (under, path) = match name {
            "self" => (prefix.last().cloned().unwrap_or_default(), prefix.to_vec()),
            _ => (under, [prefix, &[name.to_owned()]].concat()),
        };
        if self.depth == 0 {
            self.module.imported.insert(under, path.clone());
        }
        self.name(path);
    }

    fn declare(&mut self, visibility: &Visibility, name: &syn::Ident) {
        if !matches!(visibility, Visibility::Inherited) {
            self.module.types.push(name.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Gatherer<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Struct(item) => self.declare(&item.vis, &item.ident),
            Item::Enum(item) => self.declare(&item.vis, &item.ident),
            Item::Trait(item) => self.declare(&item.vis, &item.ident),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(&item.attrs) {
            self.depth += usize::from(item.content.is_some());
            visit::visit_item_mod(self, item);
            self.depth -= usize::from(item.content.is_some());
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_test(&item.attrs) {
            self.take(&item.tree, &[]);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.name(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }
}
