//! Slices and maps: shared by reference as in Go.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use crate::{GoStr, Type, Value};

/// A Go slice: shared, immutable, with an element type. A nil slice is empty and says so.
#[derive(Clone)]
pub struct List(Rc<ListInner>);

struct ListInner {
    elem: Type,
    named: Option<Type>,
    nil: bool,
    items: Vec<Value>,
}

impl List {
    /// A `[]interface {}`.
    pub fn new(items: Vec<Value>) -> Self {
        Self::typed(Type::Any, items)
    }
    /// A `[]elem`; every item must be of that type (not checked).
    pub fn typed(elem: Type, items: Vec<Value>) -> Self {
        List(Rc::new(ListInner { elem, named: None, nil: false, items }))
    }
    /// A slice of a defined type, e.g. `common.VersionSet`.
    pub fn named(ty: Type, items: Vec<Value>) -> Self {
        List(Rc::new(ListInner { elem: ty.elem().unwrap_or(Type::Any), named: Some(ty), nil: false, items }))
    }
    /// A nil slice of that element type.
    pub fn nil(elem: Type) -> Self {
        List(Rc::new(ListInner { elem, named: None, nil: true, items: Vec::new() }))
    }
    /// Whether this is a nil slice (prints `[]`, is `null` in JSON).
    pub fn is_nil(&self) -> bool {
        self.0.nil
    }
    /// The slice's type.
    pub fn ty(&self) -> Type {
        if let Some(t) = self.0.named {
            return t;
        }
        match self.0.elem {
            Type::Any => Type::LIST,
            Type::String => Type::STRINGS,
            Type::Uint8 => Type::BYTES,
            Type::Int => Type::Slice(&Type::Int),
            Type::Int64 => Type::Slice(&Type::Int64),
            Type::Float64 => Type::Slice(&Type::Float64),
            Type::Bool => Type::Slice(&Type::Bool),
            Type::Map(&Type::Any) => Type::Slice(&Type::MAP),
            Type::Slice(&Type::Any) => Type::Slice(&Type::LIST),
            Type::Slice(&Type::String) => Type::Slice(&Type::STRINGS),
            // other element types come as a defined type through `named`
            _ => Type::LIST,
        }
    }
    /// The element type.
    pub fn elem(&self) -> Type {
        self.0.elem
    }
    /// The items.
    pub fn items(&self) -> &[Value] {
        &self.0.items
    }
    /// A new list of the same type, each item mapped.
    pub fn map_items(&self, f: impl FnMut(&Value) -> Value) -> List {
        let i = &self.0;
        List(Rc::new(ListInner { elem: i.elem, named: i.named, nil: i.nil, items: i.items.iter().map(f).collect() }))
    }
    /// Whether both are the same slice in memory.
    pub fn same(&self, o: &List) -> bool {
        Rc::ptr_eq(&self.0, &o.0)
    }
}

impl std::ops::Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.0.items
    }
}

/// A Go map with string keys: shared and mutable, iterated in sorted order (as Go templates, fmt and JSON do).
///
/// ```
/// use pintle_go::{Map, Value};
/// let m = Map::new();
/// let alias = m.clone();
/// alias.set("b", Value::Int(1));
/// assert!(m.contains(b"b"));
/// ```
#[derive(Clone)]
pub struct Map(Rc<MapInner>);

struct MapInner {
    ty: Type,
    nil: bool,
    cell: RefCell<Vec<(GoStr, Value)>>,
}

impl Default for Map {
    fn default() -> Self {
        Map::new()
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::typed(Type::MAP)
    }
    /// An empty map of that type: `Type::Map(..)`, or a defined map type (`common.Values`).
    pub fn typed(ty: Type) -> Self {
        Map(Rc::new(MapInner { ty, nil: false, cell: RefCell::default() }))
    }
    /// A nil map of that type.
    pub fn nil(ty: Type) -> Self {
        Map(Rc::new(MapInner { ty, nil: true, cell: RefCell::default() }))
    }
    /// From pairs in any order; of equal keys the last wins. Linear when already sorted.
    pub fn from_pairs(pairs: Vec<(GoStr, Value)>) -> Self {
        Self::typed_from_pairs(Type::MAP, pairs)
    }
    /// As [`Map::from_pairs`], with a type.
    pub fn typed_from_pairs(ty: Type, mut pairs: Vec<(GoStr, Value)>) -> Self {
        if !pairs.is_sorted_by(|a, b| a.0 < b.0) {
            pairs.sort_by(|a, b| a.0.cmp(&b.0)); // stable: later duplicates stay later
            let mut out: Vec<(GoStr, Value)> = Vec::with_capacity(pairs.len());
            for p in pairs {
                match out.last_mut() {
                    Some(l) if l.0 == p.0 => *l = p,
                    _ => out.push(p),
                }
            }
            pairs = out;
        }
        Map(Rc::new(MapInner { ty, nil: false, cell: RefCell::new(pairs) }))
    }
    /// The map's type.
    pub fn ty(&self) -> Type {
        self.0.ty
    }
    /// Whether this is a nil map (prints `map[]`, is `null` in JSON).
    pub fn is_nil(&self) -> bool {
        self.0.nil
    }
    /// Number of keys.
    pub fn len(&self) -> usize {
        self.0.cell.borrow().len()
    }
    /// Whether no key is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The value under a key.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        let e = self.0.cell.borrow();
        e.binary_search_by(|p| p.0.as_bytes().cmp(key)).ok().map(|i| e[i].1.clone())
    }
    /// The value under a text key.
    pub fn get_str(&self, key: &str) -> Option<Value> {
        self.get(key.as_bytes())
    }
    /// Whether the key is there (with any value, null included).
    pub fn contains(&self, key: &[u8]) -> bool {
        self.0.cell.borrow().binary_search_by(|p| p.0.as_bytes().cmp(key)).is_ok()
    }
    /// Sets a key, visible through every clone of this map.
    pub fn set(&self, key: impl Into<GoStr>, v: Value) {
        let key = key.into();
        let mut e = self.0.cell.borrow_mut();
        match e.last() {
            Some(l) if l.0 >= key => match e.binary_search_by(|p| p.0.cmp(&key)) {
                Ok(i) => e[i].1 = v,
                Err(i) => e.insert(i, (key, v)),
            },
            _ => e.push((key, v)),
        }
    }
    /// Removes a key; gives what was there.
    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        let mut e = self.0.cell.borrow_mut();
        let i = e.binary_search_by(|p| p.0.as_bytes().cmp(key)).ok()?;
        Some(e.remove(i).1)
    }
    /// Removes every key.
    pub fn clear(&self) {
        self.0.cell.borrow_mut().clear();
    }
    /// The sorted pairs, borrowed: do not run template code while holding this (it may write to the map).
    pub fn borrow(&self) -> Ref<'_, [(GoStr, Value)]> {
        Ref::map(self.0.cell.borrow(), Vec::as_slice)
    }
    /// A snapshot of the sorted pairs (values shared, not copied).
    pub fn entries(&self) -> Vec<(GoStr, Value)> {
        self.0.cell.borrow().clone()
    }
    /// A snapshot of the sorted keys.
    pub fn keys(&self) -> Vec<GoStr> {
        self.0.cell.borrow().iter().map(|p| p.0.clone()).collect()
    }
    /// A new map of the same type with the same values (nested maps stay shared).
    pub fn shallow_copy(&self) -> Map {
        Map(Rc::new(MapInner { ty: self.0.ty, nil: self.0.nil, cell: RefCell::new(self.entries()) }))
    }
    /// A new map with everything beneath copied too.
    pub fn deep_copy(&self) -> Map {
        let pairs = self.borrow().iter().map(|(k, v)| (k.clone(), v.deep_copy())).collect();
        Map(Rc::new(MapInner { ty: self.0.ty, nil: self.0.nil, cell: RefCell::new(pairs) }))
    }
    /// The same map data under another type would be a copy in pintle: a new map of type `ty`, values shared.
    pub fn retyped(&self, ty: Type) -> Map {
        Map(Rc::new(MapInner { ty, nil: self.0.nil, cell: RefCell::new(self.entries()) }))
    }
    /// Whether both are the same map in memory.
    pub fn same(&self, o: &Map) -> bool {
        Rc::ptr_eq(&self.0, &o.0)
    }
}
