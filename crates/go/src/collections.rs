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
    /// Names this slice among all that are alive.
    pub fn identity(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
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
///
/// The type stands beside the data: `common.Values` and `map[string]interface {}` can be two views of one map, as a
/// Go conversion gives ([`Map::retyped`]).
#[derive(Clone)]
pub struct Map {
    data: Rc<MapData>,
    ty: TypeId,
}

struct MapData {
    nil: bool,
    cell: RefCell<Vec<(GoStr, Value)>>,
}

/// A map type in two bytes: 0 is `map[string]interface {}`, others are numbered as they are met.
#[derive(Clone, Copy, PartialEq, Eq)]
struct TypeId(u16);

thread_local! {
    static MAP_TYPES: RefCell<Vec<Type>> = const { RefCell::new(Vec::new()) };
}

impl TypeId {
    fn of(ty: Type) -> TypeId {
        if ty == Type::MAP {
            return TypeId(0);
        }
        MAP_TYPES.with_borrow_mut(|types| {
            let at = types.iter().position(|t| *t == ty).unwrap_or_else(|| {
                types.push(ty);
                types.len() - 1
            });
            TypeId(at as u16 + 1) // a program has a handful of map types
        })
    }
    fn ty(self) -> Type {
        match self.0 {
            0 => Type::MAP,
            n => MAP_TYPES.with_borrow(|types| types.get(n as usize - 1).copied().unwrap_or(Type::MAP)),
        }
    }
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
        Map { data: Rc::new(MapData { nil: false, cell: RefCell::default() }), ty: TypeId::of(ty) }
    }
    /// A nil map of that type.
    pub fn nil(ty: Type) -> Self {
        Map { data: Rc::new(MapData { nil: true, cell: RefCell::default() }), ty: TypeId::of(ty) }
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
        Map { data: Rc::new(MapData { nil: false, cell: RefCell::new(pairs) }), ty: TypeId::of(ty) }
    }
    /// The map's type.
    pub fn ty(&self) -> Type {
        self.ty.ty()
    }
    /// Whether this is a nil map (prints `map[]`, is `null` in JSON).
    pub fn is_nil(&self) -> bool {
        self.data.nil
    }
    /// Number of keys.
    pub fn len(&self) -> usize {
        self.data.cell.borrow().len()
    }
    /// Whether no key is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The value under a key.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        let e = self.data.cell.borrow();
        e.binary_search_by(|p| p.0.as_bytes().cmp(key)).ok().map(|i| e[i].1.clone())
    }
    /// The value under a text key.
    pub fn get_str(&self, key: &str) -> Option<Value> {
        self.get(key.as_bytes())
    }
    /// Whether the key is there (with any value, null included).
    pub fn contains(&self, key: &[u8]) -> bool {
        self.data.cell.borrow().binary_search_by(|p| p.0.as_bytes().cmp(key)).is_ok()
    }
    /// Sets a key, visible through every clone of this map.
    pub fn set(&self, key: impl Into<GoStr>, v: Value) {
        let key = key.into();
        let mut e = self.data.cell.borrow_mut();
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
        let mut e = self.data.cell.borrow_mut();
        let i = e.binary_search_by(|p| p.0.as_bytes().cmp(key)).ok()?;
        Some(e.remove(i).1)
    }
    /// Removes every key.
    pub fn clear(&self) {
        self.data.cell.borrow_mut().clear();
    }
    /// The sorted pairs, borrowed: do not run template code while holding this (it may write to the map).
    pub fn borrow(&self) -> Ref<'_, [(GoStr, Value)]> {
        Ref::map(self.data.cell.borrow(), Vec::as_slice)
    }
    /// A snapshot of the sorted pairs (values shared, not copied).
    pub fn entries(&self) -> Vec<(GoStr, Value)> {
        self.data.cell.borrow().clone()
    }
    /// A snapshot of the sorted keys.
    pub fn keys(&self) -> Vec<GoStr> {
        self.data.cell.borrow().iter().map(|p| p.0.clone()).collect()
    }
    /// A new map of the same type with the same values (nested maps stay shared).
    pub fn shallow_copy(&self) -> Map {
        Map { data: Rc::new(MapData { nil: self.data.nil, cell: RefCell::new(self.entries()) }), ty: self.ty }
    }
    /// A new map with everything beneath copied too.
    pub fn deep_copy(&self) -> Map {
        let pairs = self.borrow().iter().map(|(k, v)| (k.clone(), v.deep_copy())).collect();
        Map { data: Rc::new(MapData { nil: self.data.nil, cell: RefCell::new(pairs) }), ty: self.ty }
    }
    /// The same map under another type: a change through one is seen through the other (Go's `Values(m)`).
    pub fn retyped(&self, ty: Type) -> Map {
        Map { data: self.data.clone(), ty: TypeId::of(ty) }
    }
    /// Names this map among all that are alive, whatever type it is seen with.
    pub fn identity(&self) -> usize {
        Rc::as_ptr(&self.data).addr()
    }
    /// Whether both are the same map in memory.
    pub fn same(&self, o: &Map) -> bool {
        Rc::ptr_eq(&self.data, &o.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_small() {
        assert_eq!(std::mem::size_of::<Value>(), 24);
    }

    #[test]
    fn a_retyped_map_is_the_same_map() {
        let m = Map::new();
        let strings = m.retyped(Type::Map(&Type::String));
        m.set("a", Value::Int(1));
        assert!(strings.contains(b"a"));
        assert_eq!(strings.ty().name(), "map[string]string");
        assert_eq!(m.ty(), Type::MAP);
    }
}
