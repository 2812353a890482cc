//! Helm's release records: what is in them, how they are encoded, and the drivers that keep them.
//!
//! Two programs share these records (this one and Helm 3 or 4), so the bytes follow Helm: its field order, its rules
//! of leaving out, its times, its labels. The chart inside stays JSON; whoever needs its parts decodes it.

mod codec;
mod driver;
mod holder;
pub mod json;
mod kinds;
mod labels;
mod memory;
mod name;
mod objects;
mod record;
mod room;
mod selector;
#[cfg(feature = "sql")]
mod sql;
mod status;
mod storage;
mod summary;
mod time;

pub use codec::{CodecError, decode, decode_bytes, encode};
pub use driver::{Driver, ObjectError, StorageError, TooLarge};
pub use holder::{HOLDER, Holder, RENEWED};
pub use kinds::{INSTALL_ORDER, KindOrder};
pub use labels::{SYSTEM_LABELS, is_system, refuse_system, value_problems, without_system};
pub use memory::Memory;
pub use name::{NameError, validate_name};
pub use objects::{ObjectDriver, ObjectKind, RecordObjects, decode_object, label_selector};
pub use record::{
    APPLY_CLIENT_SIDE, APPLY_SERVER_SIDE, Hook, HookExecution, Info, Labels, PHASE_FAILED, PHASE_RUNNING,
    PHASE_SUCCEEDED, PHASE_UNKNOWN, Release,
};
pub use room::{OBJECT_LIMIT, Room, beyond};
pub use selector::Selector;
#[cfg(feature = "sql")]
pub use sql::{Sql, SqlError};
pub use status::Status;
pub use storage::{Storage, key};
pub use summary::{Packed, Wanted};
pub use time::Time;
