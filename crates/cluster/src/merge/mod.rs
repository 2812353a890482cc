//! Patches computed on the client: pure functions over JSON.
//!
//! Built-in kinds take strategic merge patches, which know which lists are maps by a key; custom resources take JSON merge
//! patches. The three-way forms compare what was rendered last time, what is rendered now, and what is live.

mod json;
mod strategic;
mod strategy;
mod typed;

pub(crate) use json::same;
pub use json::{JsonMergeError, json_merge_patch, three_way_json_merge_patch};
pub use strategic::{StrategicError, three_way_strategic_patch};
pub use strategy::{Strategy, strategy};
pub use typed::is_typed;
